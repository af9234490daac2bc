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

struct PretrainExperimentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiment",
    abstract: "See how well a base that was trained on some classes learns the others from a few pictures.",
    discussion: """
      The experiment of the paper on weight imprinting, on pictures of one's own: a base is trained on the first classes, \
      and the others come to it from a few pictures each, in five ways. Asked is about pictures that none of it has seen, \
      with all classes to choose from. A base that the folder has already is gone on with, or used as it is.

      random, tuned      random rows for the new classes, fine-tuned
      imprinted          a row is the sum of its pictures' embeddings, normalised
      imprinted, varied  with random parts of the pictures in the sum
      imprinted, tuned   imprinted, then fine-tuned
      analytic           the head of 'imprint train', solved in closed form

      EXAMPLES
        imprint pretrain experiment --data flowers --base-classes 12 --test-ratio 0.25 -o run --report page.html
      """)

  @OptionGroup var training: TrainingOptions

  @Option(
    help: """
      The classes that the base is trained on: so many, the first by name, or their names with commas between. All \
      others are new.
      """)
  var baseClasses: ClassChoice

  @Option(help: "How many pictures of each new class, with commas between. (default: 1,2,5,10,20)")
  var shots: Choices<Int>?

  @Option(help: "How often the pictures are drawn.")
  var draws = 5

  @Option(help: "What is fine-tuned: the head, or the network, which takes minutes each time.")
  var tune = FineTuning.Part.head

  @Option(help: "Through how many epochs is fine-tuned. (default: 4 of the head, 2 of the network)")
  var tuneEpochs: Int?

  @Option(help: "At which rate is fine-tuned. (default: 0.02 of the head, 0.001 of the network)")
  var tuneRate: Double?

  @Option(help: "Where to write what was found as one HTML page, with drawings.")
  var report: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard training.testRatio > 0 else {
      throw ValidationError("--test-ratio says which share of each class is asked about: it has to be above 0")
    }
  }

  func run() async throws {
    try await Interruption.guarding(or: "Stopped. Given again, it goes on with the base as far as it is trained.") {
      try await experiment()
    }
  }

  private func experiment() async throws {
    let library = try TorchLibrary()
    let page = report.map { URL(filePath: $0) }
    if let page { try OutputFile.check(page, notReplacing: [URL(filePath: training.pictures.data)]) }
    let data = try await training.pictures.load(.train)
    let base = try data.selecting(classes: baseClasses.names(of: data.labels))
    let last = TrainingRun.lastFile(in: URL(filePath: training.output))
    let run = try training.run(on: base, isResuming: FileManager.default.fileExists(atPath: last.path))
    var experiment = Experiment(
      draws: draws, testRatio: training.testRatio,
      fineTuning: FineTuning(of: tune, epochs: tuneEpochs, rate: tuneRate), seed: training.descent.seed)
    if let shots { experiment.shots = shots.values }
    try experiment.check(on: data, baseLabels: base.labels)

    let trainer = Trainer(library)
    let display = TrainingDisplay()
    defer { display.finish() }
    let trained = try await trainer.train(run) { display.show($0) }
    let results = try await trainer.run(
      experiment, on: data, base: trained.best, device: run.device, threads: run.threads
    ) { display.show($0) }
    display.finish()
    let words = ExperimentReport(results: results)
    if let page { try words.page(title: URL(filePath: training.pictures.data).lastPathComponent).write(to: page) }
    try Terminal.print(json ? Terminal.json(results) : words.text)
  }
}
