import ArgumentParser
import Heads
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
    abstract: "Compare few-shot methods on classes that the base model was not trained on.",
    discussion: """
      Repeats the experiment of the weight-imprinting paper on your own pictures: a base model is trained on some classes, \
      and learns the others from a few pictures each, by five methods. The accuracy is measured on held-back pictures, with \
      all classes to choose from. If the output folder contains a base model, it is used, after completing its training.

      random, tuned      random weights for the new classes, then fine-tuning
      imprinted          weights are the normalised sums of the embeddings
      imprinted, varied  as before, with embeddings of random crops
      imprinted, tuned   imprinting, then fine-tuning
      analytic           the closed-form head of 'imprint train'

      EXAMPLES
        imprint pretrain experiment --data d --base-classes 9 --test-ratio 0.2 -o run
      """)

  /// The options of the experiment.
  struct Settings: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "Classes to train the base model on: a number, for the first by name, or names separated by commas.",
        valueName: "classes"))
    var baseClasses: ClassChoice

    @Option(
      help: ArgumentHelp(
        "Pictures per new class: numbers separated by commas. (default: 1,2,5,10,20)", valueName: "n,n,…"))
    var shots: Choices<Int>?

    @Option(help: ArgumentHelp("Number of random draws of the pictures.", valueName: "n"))
    var draws = 5

    @Option(help: ArgumentHelp("Part to fine-tune. The network takes minutes per draw.", valueName: "part"))
    var fineTune = FineTuning.Part.head

    @Option(
      help: ArgumentHelp("Epochs of fine-tuning. (default: 4 for the head, 2 for the network)", valueName: "n"))
    var fineTuneEpochs: Int?

    @Option(
      help: ArgumentHelp(
        "Learning rate of fine-tuning. (default: 0.02 for the head, 0.001 for the network)", valueName: "rate"))
    var fineTuneRate: Double?

    @Option(help: ArgumentHelp("Write an HTML report with charts.", valueName: "file"))
    var report: String?
  }

  @OptionGroup(title: "Experiment") var settings: Settings
  @OptionGroup var training: TrainingOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard training.basics.testRatio > 0 else {
      throw ValidationError("--test-ratio is 0; the experiment needs pictures to hold back, such as --test-ratio 0.25")
    }
  }

  func run() async throws {
    try await Interruption.guarding(
      or: "Stopped. Run the same command again to continue the training of the base model."
    ) {
      try await experiment()
    }
  }

  private func experiment() async throws {
    let library = try TorchLibrary()
    let page = settings.report.map { URL(filePath: $0) }
    if let page { try OutputFile.check(page, notReplacing: [URL(filePath: training.basics.pictures.data)]) }
    let data = try await training.basics.pictures.load(.train)
    let base = try data.selecting(classes: settings.baseClasses.names(of: data.labels))
    let last = TrainingRun.lastFile(in: URL(filePath: training.basics.output))
    let run = try training.run(on: base, isResuming: FileManager.default.fileExists(atPath: last.path))
    var experiment = Experiment(
      draws: settings.draws, testRatio: training.basics.testRatio,
      fineTuning: FineTuning(of: settings.fineTune, epochs: settings.fineTuneEpochs, rate: settings.fineTuneRate),
      seed: training.optimisation.seed)
    if let shots = settings.shots { experiment.shots = shots.values }
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
    if let page {
      try words.page(title: URL(filePath: training.basics.pictures.data).lastPathComponent).write(to: page)
    }
    try Terminal.print(json ? Terminal.json(results) : words.text)
  }
}

/// The results of an experiment as two tables, and as an HTML page.
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
      Base model of \(results.baseLabels.count) classes, accuracy on these alone \(Table.percent(results.baseAccuracy))
      New classes: \(results.newLabels.joined(separator: ", "))
      Means of \(Table.counted(draws, "draw", "draws")) on \(results.testPictures) test pictures
      """
    ]
    return (lines + table(newTitle, \.newClasses) + table("all classes", \.allClasses)).joined(separator: "\n")
  }

  private func table(_ title: String, _ value: KeyPath<ExperimentResults.Row, Estimate>) -> [String] {
    let head = Table.left("Accuracy, \(title)", 34) + shots.map { Table.right("\($0)", 8) }.joined()
    return ["", head]
      + ExperimentMethod.allCases.map { method in
        let cells = shots.map { shots in
          let share = results.row(method, shots: shots)?[keyPath: value].mean
          return Table.right(share.map(Table.percent) ?? "–", 8)
        }
        return Table.left("  " + method.rawValue, 34) + cells.joined()
      }
  }

  /// Returns the HTML page.
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
      Accuracy averaged over classes, with all classes to choose from. Bars and ± are 95 % intervals (Student's t over the \
      draws of the training pictures).
      """
    let tuned = results.experiment.fineTuning
    return ReportPage(
      title: "New classes for a base model of \(title)",
      facts: [
        .init("Base classes", "\(results.baseLabels.count)"), .init("New classes", "\(results.newLabels.count)"),
        .init("Test pictures", "\(results.testPictures)"), .init("Draws", "\(results.experiment.draws)"),
        .init("Base model alone", Table.percent(results.baseAccuracy)),
        .init("Fine-tuned", "the \(tuned.part.rawValue), \(Table.counted(tuned.epochs, "epoch", "epochs"))"),
      ],
      accuracies: [
        .init(title: "Accuracy on the \(newTitle)", note: note, methods: methods(\.newClasses)),
        .init(title: "Accuracy on all classes", note: note, methods: methods(\.allClasses)),
      ])
  }
}
