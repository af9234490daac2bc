import ArgumentParser
import Heads
import Imprinting
import Inference
import Pictures
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct FrigateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "frigate",
    abstract: "Train a custom classification of Frigate.",
    discussion: """
      Trains on the class folders that Frigate keeps for a custom classification, and writes model.tflite and labelmap.txt \
      where Frigate loads them. Files of Frigate's own that are there are kept as a backup. It prints the accuracy to \
      expect, the pictures to look at again, and which share of pictures is answered at which threshold.

      EXAMPLES
        imprint frigate /media/frigate/clips/cats --model-dir /config/model_cache/cats
        imprint frigate /media/frigate/clips/cats --model-dir /config/model_cache/cats --review
      """)

  @Argument(
    help: "Folder of the classification in Frigate's clips, or its folder 'dataset' with one subfolder per class.")
  var dataset: String

  @Option(help: ArgumentHelp("Folder of the classification in Frigate's model_cache.", valueName: "folder"))
  var modelDir: String

  @Option(
    help: ArgumentHelp(
      "Base model: takes 224x224 pictures as bytes. (default: the model of 'imprint model fetch')", valueName: "file"))
  var model: String?

  @Flag(help: "Classify the pictures in Frigate's folder 'train', and list them, the least certain first.")
  var review = false

  @OptionGroup var run: RunOptions

  func run() async throws {
    try await Interruption.guarding(or: "Stopped: nothing was written.") { try await train() }
  }

  private func train() async throws {
    let profile = run.speed.startProfile()
    let base = try DefaultModel.url(orGiven: model.map { URL(filePath: $0) })
    let frigate = FrigateDataset(URL(filePath: dataset))
    let folder = URL(filePath: modelDir, directoryHint: .isDirectory)
    for name in ["model.tflite", "labelmap.txt"] {
      try OutputFile.check(folder.appending(path: name), makingFolders: true, notReplacing: [base])
    }
    try LocatedError.naming(base) { try FrigateModel.check(base: Model(contentsOf: base)) }
    let pictures = try Terminal.labelledPictures(at: frigate.folder.relativePath, strict: run.strict)
    Terminal.warnOfEmptyClasses(pictures)
    if pictures.classes.count == 1 { throw FrigateError.oneClass(pictures.classes[0].name) }
    if review, frigate.attemptsFolder == nil {
      Terminal.warn(
        "there is nothing to review: Frigate keeps the pictures that it classified in a folder 'train' beside 'dataset'"
      )
    }

    let clock = ContinuousClock()
    let start = clock.now
    let execution = try run.execution()
    let teacher = try profile.measure(.opening) {
      try LocatedError.naming(base) {
        try Teacher(
          model: base, resize: FrigateModel.resize, augmentation: .usual(for: pictures.count), execution: execution)
      }
    }
    let progress = Progress(total: pictures.count)
    defer { progress.finish() }
    let lesson = try await teacher.learn(pictures.classes, strict: run.strict, profile: profile) { progress.update($0) }
    progress.finish()
    for error in lesson.skipped { Terminal.warn(error) }
    for name in lesson.emptyClasses { Terminal.warn("the class \(name) is left out: none of its pictures can be read") }
    if lesson.classes.count == 1 { throw FrigateError.oneClass(lesson.classes[0].label) }
    let estimate = try await profile.measure(.solving) { try await teacher.estimate }
    let classifier = try await teacher.model()
    let labels = await teacher.labels
    let seconds = (clock.now - start) / .seconds(1)
    try Task.checkCancellation()
    try OutputFile.makeFolder(of: folder.appending(path: "model.tflite"))
    let written = try await profile.measure(.saving) {
      try await FrigateModel.write(classifier, labels: labels, classes: teacher.classCount, to: folder)
    }
    let reviewed = review ? try await answers(to: frigate.attempts(), by: classifier, execution: execution) : []
    let report = FrigateReport(
      training: TrainReport(
        lesson: lesson, estimate: estimate, folded: nil, besideKept: nil, unknown: nil, labels: labels, evaluation: nil,
        skipped: lesson.skipped.count, seconds: seconds,
        files: .init(model: written.model, labels: written.labels, embeddings: nil),
        classes: await teacher.classCount, profile: profile.map { ProfileReport($0.figures) }),
      thresholds: estimate?.answerRates(at: FrigateReport.usualThresholds) ?? [],
      backups: written.backups.map(\.relativePath), review: reviewed)
    try Terminal.print(run.json ? Terminal.json(report) : report.text)
    if !run.json { Terminal.show(report.training.profile) }
  }

  /// Classifies pictures as Frigate will, and returns them with the least certain first.
  private func answers(
    to attempts: [FrigateAttempt], by model: Model, execution: Execution
  ) async throws -> [FrigateReport.Attempt] {
    guard !attempts.isEmpty else { return [] }
    var execution = execution
    execution.cache = nil
    let classifier = try Classifier(model: model, resize: FrigateModel.resize, unknown: .never, execution: execution)
    var rows: [FrigateReport.Attempt] = []
    try await classifier.answers(attempts.map(\.file), topK: 1) { index, result in
      switch result {
      case .success(let answer):
        guard let best = answer.classes.first else { return }
        rows.append(FrigateReport.Attempt(attempts[index], label: best.label, score: Double(best.score)))
      case .failure(let error): Terminal.warn(error)
      }
    }
    return rows.sorted { ($0.score, $0.picture) < ($1.score, $1.picture) }
  }
}
