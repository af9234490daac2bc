import ArgumentParser
import Heads
import Imprinting
import Inference
import Reports
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

/// What an experiment found, for people: two tables, and a page.
struct ExperimentReport {
  let results: ExperimentResults

  private var shots: [Int] { results.experiment.shots }

  private var newTitle: String {
    let count = results.newLabels.count
    return "\(Table.counted(count, "new class", "new classes")), of all \(results.baseLabels.count + count)"
  }

  var text: String {
    let draws = results.experiment.draws
    let lines = [
      """
      A base of \(results.baseLabels.count) classes, which names \(Table.percent(results.baseAccuracy)) of their \
      pictures right alone; \(results.newLabels.count) new: \(results.newLabels.joined(separator: ", "))
      Means of \(Table.counted(draws, "draw", "draws")), \(results.testPictures) pictures asked about
      """
    ]
    return (lines + table(newTitle, \.newClasses) + table("all classes", \.allClasses)).joined(separator: "\n")
  }

  private func table(_ title: String, _ value: KeyPath<ExperimentResults.Row, Estimate>) -> [String] {
    let head = Table.left("Right, \(title)", 34) + shots.map { Table.right("\($0)", 8) }.joined()
    return ["", head]
      + ExperimentMethod.allCases.map { method in
        let cells = shots.map { shots in
          let share = results.row(method, shots: shots)?[keyPath: value].mean
          return Table.right(share.map(Table.percent) ?? "–", 8)
        }
        return Table.left("  " + method.rawValue, 34) + cells.joined()
      }
  }

  /// The page of it.
  func page(title: String) -> ReportPage {
    func methods(_ value: KeyPath<ExperimentResults.Row, Estimate>) -> [(String, [(Int, Estimate)])] {
      ExperimentMethod.allCases.map { method in
        (
          method.rawValue,
          shots.compactMap { shots in results.row(method, shots: shots).map { (shots, $0[keyPath: value]) } }
        )
      }
    }
    let note = """
      The mean of the classes' shares of right answers, all classes to choose from. Bars and ± are 95 % intervals of \
      Student's t over the draws of the pictures to learn from.
      """
    let tuned = results.experiment.fineTuning
    return ReportPage(
      title: "New classes for a base of \(title)",
      facts: [
        .init("Base classes", "\(results.baseLabels.count)"), .init("New classes", "\(results.newLabels.count)"),
        .init("Pictures asked about", "\(results.testPictures)"), .init("Draws", "\(results.experiment.draws)"),
        .init("The base alone", Table.percent(results.baseAccuracy)),
        .init("Fine-tuned", "the \(tuned.part.rawValue), \(Table.counted(tuned.epochs, "epoch", "epochs"))"),
      ],
      accuracies: [
        .init(title: "Right of the \(newTitle)", note: note, methods: methods(\.newClasses)),
        .init(title: "Right of all classes", note: note, methods: methods(\.allClasses)),
      ])
  }
}
