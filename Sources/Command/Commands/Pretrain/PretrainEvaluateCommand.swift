import ArgumentParser
import Heads
import Torch
import Training

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct PretrainEvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure the accuracy of a checkpoint.",
    discussion: """
      EXAMPLES
        imprint pretrain evaluate run/best.safetensors --data more-flowers
        imprint pretrain evaluate train_logs/model.ckpt-1000 --data tfrecords
      """)

  @OptionGroup var checkpoint: CheckpointOptions

  @OptionGroup var pictures: TrainingDataOptions

  @Option(
    help: ArgumentHelp(
      "Fraction of each class's pictures that training held back. Only those are evaluated.", valueName: "fraction"))
  var testRatio = 0.0

  @OptionGroup var torch: TorchOptions

  @Flag(help: "Print the result as JSON, with the confusion matrix.")
  var json = false

  func validate() throws {
    guard (0..<1).contains(testRatio) else {
      throw ValidationError("--test-ratio is \(testRatio); it takes a number from 0 to less than 1")
    }
  }

  func run() async throws {
    try await Interruption.guarding(or: "Stopped.") { try await evaluate() }
  }

  private func evaluate() async throws {
    let library = try TorchLibrary()
    // A bad checkpoint is reported before thousands of records are read.
    let unnamed = try checkpoint.read()
    let all = try await pictures.load(.validation)
    let checkpoint = all.labels == unnamed.labels ? unnamed : try checkpoint.read(labels: all.labels)
    let data = testRatio > 0 ? try all.split(testRatio: testRatio).heldBack : all
    guard data.labels == checkpoint.labels else {
      throw TrainingError.otherClasses(trained: checkpoint.labels, found: data.labels)
    }
    let progress = Progress(total: data.count)
    defer { progress.finish() }
    let evaluation = try await Trainer(library).evaluate(
      checkpoint, on: data, device: torch.number(), threads: torch.threads
    ) { done, _ in progress.update(done) }
    progress.finish()
    let report = NetworkReport(evaluation)
    try Terminal.print(json ? Terminal.json(report) : report.lines.joined(separator: "\n"))
  }
}

/// The accuracy of a network.
struct NetworkReport: Encodable {
  let pictures: Int
  let top1, top5: Double
  let confusion: ConfusionMatrix

  init(_ evaluation: NetworkEvaluation) {
    pictures = evaluation.count
    top1 = evaluation.accuracy
    top5 = evaluation.topFive
    confusion = evaluation.confusion
  }

  /// The accuracies and the most frequent confusions.
  var lines: [String] {
    let most = confusion.confusions.prefix(5).map { confusion in
      "  \(self.confusion.name(confusion.label)) taken for \(self.confusion.name(confusion.predicted)): \(confusion.count)"
    }
    return [
      "Accuracy on \(Table.counted(pictures, "test picture", "test pictures"))",
      "  top-1  \(Table.right(Table.percent(top1), 7))",
      "  top-5  \(Table.right(Table.percent(top5), 7))",
    ] + (most.isEmpty ? [] : ["Most frequent confusions:"] + most)
  }
}
