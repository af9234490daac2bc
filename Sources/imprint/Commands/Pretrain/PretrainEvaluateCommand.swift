import ArgumentParser
import Heads
import Imprinting
import Inference
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
    abstract: "Ask the network of a checkpoint about pictures.",
    discussion: """
      EXAMPLES
        imprint pretrain evaluate run/best.safetensors --data more-flowers
      """)

  @Argument(help: "The checkpoint.")
  var checkpoint: String

  @OptionGroup var pictures: TrainingDataOptions

  @Option(help: "The share of each class's pictures that was kept back in training; only those are asked about.")
  var testRatio = 0.0

  @OptionGroup var place: TorchOptions

  @Flag(help: "Print the result as JSON, with all that was taken for something else.")
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
    let checkpoint = try Checkpoint(contentsOf: URL(filePath: checkpoint))
    let all = try await pictures.load(.validation)
    let data = testRatio > 0 ? try all.split(testRatio: testRatio).heldBack : all
    guard data.labels == checkpoint.labels else {
      throw TrainingError.otherClasses(trained: checkpoint.labels, found: data.labels)
    }
    let progress = Progress(total: data.count)
    defer { progress.finish() }
    let evaluation = try await Trainer(library).evaluate(
      checkpoint, on: data, device: place.number(), threads: place.threads
    ) { done, _ in progress.update(done) }
    progress.finish()
    let report = NetworkReport(evaluation)
    try Terminal.print(json ? Terminal.json(report) : report.lines.joined(separator: "\n"))
  }
}

/// How often a network names pictures right, for people and as JSON.
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

  /// The shares, and what is confused most.
  var lines: [String] {
    let most = confusion.confusions.prefix(5).map { confusion in
      "  \(self.confusion.name(confusion.label)) for \(self.confusion.name(confusion.predicted))  \(confusion.count)"
    }
    return [
      "Of \(Table.counted(pictures, "test picture", "test pictures")) the right class is",
      "  first          \(Table.percent(top1))",
      "  in the first 5 \(Table.percent(top5))",
    ] + (most.isEmpty ? [] : ["Taken most often"] + most)
  }
}
