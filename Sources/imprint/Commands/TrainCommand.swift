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

struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Teach classes from a folder of pictures and write the classifier.",
    discussion: """
      The data is a folder with one folder of pictures a class, or a list. How well the classifier does is told from the \
      pictures themselves, each left out in its turn.

      EXAMPLES
        imprint train --data flowers --output flowers.tflite
        imprint train --model flowers.tflite --keep-classes --data more --output new.tflite
        imprint train --from flowers.seen --output flowers.tflite
      """)

  @Option(
    help: """
      The base model: a classifier, a bare embedding extractor, or a model in Coral's imprinting layout. (default: the \
      one that 'imprint model fetch' makes)
      """)
  var model: String?

  @Option(help: "The pictures: a folder of class folders, or a list of 'path,label' lines.")
  var data: String?

  @Option(
    help: """
      What was seen earlier, to go on with: a file that 'imprint embed', 'imprint merge' or 'imprint train' wrote.
      """)
  var from: String?

  @Option(help: "The classifier to write. Its labels go beside it, into a file ending in .txt.")
  var output: String

  @Option(
    help: """
      How the last layer is solved for: \(HeadKind.words). (default: analytic; for classes in Coral's layout that are \
      gone on with, imprinted)
      """)
  var head: HeadKind?

  @Option(help: ArgumentHelp(Augmentation.help, valueName: "views"))
  var augment: Augmentation?

  @Option(help: "The share of each class's pictures to hold back and ask about, from 0 to less than 1. (default: 0)")
  var testRatio: Double?

  @Flag(help: "Hold back all pictures that --shots does not draw, instead of a share.")
  var testRest = false

  @Option(help: "Where to list the pictures held back: 'path,label' lines, as 'evaluate --data' takes them.")
  var listHeldBack: String?

  @Option(help: "How many pictures a class to learn from at most, drawn at random. (default: all)")
  var shots: Int?

  @Option(help: "Decides which pictures --shots draws.")
  var seed: UInt64 = 0

  @Flag(help: "Keep the classes that the model has; those that were taught to it are gone on with.")
  var keepClasses = false

  @Option(
    help: "How pictures are brought to the model's size: \(Resize.words). (default: as kept classes were, else crop)")
  var resize: Resize?

  @Flag(
    inversion: .prefixedNo,
    help: "Write what was seen beside the classifier, into a file ending in .seen, to go on with another day.")
  var seen = true

  @Flag(
    help: """
      When the work fails half-way, as with a device that is unplugged, write what was seen until then into the file \
      ending in .seen, to go on with --from.
      """)
  var savePartial = false

  @OptionGroup var coral: CoralTrainingOptions
  @OptionGroup var budget: BudgetOptions
  @OptionGroup var profiling: ProfileOptions
  @OptionGroup var run: RunOptions

  mutating func validate() throws {
    model = model ?? coral.modelPath
    testRatio = testRatio ?? coral.testRatio
    keepClasses = keepClasses || coral.keepClasses
    if let testRatio, !(0..<1).contains(testRatio) {
      throw ValidationError("--test-ratio is \(testRatio); it takes a number from 0 to less than 1")
    }
    if run.labelFile != nil, !keepClasses {
      throw ValidationError("--labels names the classes that are kept: it goes with --keep-classes")
    }
    if testRest, shots == nil || testRatio != nil {
      throw ValidationError(
        "--test-rest asks about what --shots leaves: it goes with --shots, and not with --test-ratio")
    }
    if savePartial, !seen { throw ValidationError("--save-partial writes what was seen, and --no-seen does not") }
    if let shots, shots < 1 { throw ValidationError("--shots is \(shots); it takes a positive number") }
    if data == nil, from == nil {
      throw ValidationError("there is nothing to learn from: name a folder of pictures with --data")
    }
    if data == nil, shots != nil || testRatio != nil {
      throw ValidationError("--shots and --test-ratio part the pictures of --data, which is not given")
    }
    if from != nil, augment != nil {
      throw ValidationError("--augment is as it was for what --from names: leave it out")
    }
  }

  func run() async throws {
    try await Interruption.guarding(or: "Stopped: nothing was written.") { try await train() }
  }

  private func train() async throws {
    let profile = profiling.begin()
    let output = URL(filePath: output)
    let base = try DefaultModel.url(orGiven: model.map { URL(filePath: $0) })
    try checkOutput(output, base: base)
    let pictures = try data.map { try LabelledPictures(URL(filePath: $0)) }
    for name in pictures?.emptyClasses ?? [] {
      Terminal.warn("the folder \(name) holds no picture and is left out")
    }
    let split = try split(pictures?.classes ?? [])
    let count = split.training.reduce(0) { $0 + $1.pictures.count }
    let heldBack = split.heldBack.reduce(0) { $0 + $1.pictures.count }
    let beside = keepClasses ? try EarlierTeaching(of: base) : nil
    try checkContinued(split.training.map(\.name), base: base, beside: beside)
    if let beside, beside.seen == nil, case let file = Teacher.seenFile(for: base),
      FileManager.default.fileExists(atPath: file.path)
    {
      Terminal.warn("\(file.relativePath) is of other classes than the model, and is passed over")
    }
    let (told, untold) = try earlier(base, beside: beside)
    let views = augment ?? beside?.seen?.space.views ?? .usual(for: count)
    let teacher = try profile.measure(.opening) {
      try EmbeddingSetError.naming(from ?? Teacher.seenFile(for: base).relativePath) {
        try Teacher(
          model: base, method: method(beside), keepClasses: keepClasses && (beside?.seen == nil || untold != nil),
          labels: run.readLabels(), resize: resize, views: views, from: told,
          budget: budget.bytes(goingOnWith: told.map { [$0] } ?? []), execution: run.execution())
      }
    }
    let seenFile = Teacher.seenFile(for: output)
    // Before the work, of nothing yet.
    if seen { _ = try record(EmbeddingSet(space: teacher.extractor.space), with: untold, of: base, to: seenFile) }
    if let earlier = teacher.earlierResize, earlier != teacher.resize {
      Terminal.warn("the kept classes were taught with --resize \(earlier), the new ones are with \(teacher.resize)")
    }

    let progress = Progress(total: count + heldBack)
    defer { progress.finish() }
    let clock = ContinuousClock()
    let start = clock.now
    let lesson: Lesson
    do {
      lesson =
        split.training.isEmpty
        ? try await teacher.lesson()
        : try await teacher.learn(
          split.training, strict: run.strict, keepsPartial: savePartial, profile: profile
        ) { progress.update($0) }
    } catch {
      progress.finish()
      if savePartial { await savePartial(of: teacher, with: untold, of: base, to: seenFile) }
      throw error
    }
    // Whatever goes wrong from here on may come of these.
    progress.finish()
    for error in lesson.skipped { Terminal.warn("\(error)") }
    for name in lesson.emptyClasses {
      Terminal.warn("none of the pictures of \(name) to learn from can be read: the class is left out")
    }
    let estimate = try await profile.measure(.solving) { try await teacher.estimate }
    let taught = Set(lesson.classes.map(\.label))
    let asked = split.heldBack.filter { taught.contains($0.name) }
    var skipped: [PictureError] = []
    var evaluation: Evaluation?
    if !asked.isEmpty {
      evaluation = try await teacher.evaluate(
        asked, strict: run.strict, profile: profile, progress: { progress.update(count + $0) },
        skipped: { skipped.append($0) })
    }
    let seconds = (clock.now - start) / .seconds(1)
    try Task.checkCancellation()
    let record = seen ? try record(await teacher.seen, with: untold, of: base, to: seenFile) : nil
    let labelFile = try await profile.measure(.saving) {
      let labelFile = try await teacher.save(to: output)
      try record?.write(to: seenFile)
      return labelFile
    }
    if !seen, FileManager.default.fileExists(atPath: seenFile.path) {
      Terminal.warn("\(seenFile.relativePath) stays as it was, and does not tell of what was taught now")
    }
    if let listHeldBack {
      try AtomicFile(URL(filePath: listHeldBack)).write(LabelledPictures.list(of: asked))
    }
    progress.finish()
    for error in skipped { Terminal.warn("\(error)") }

    for (one, other) in await teacher.labels.alike(lesson.classes.map(\.label)) {
      Terminal.warn("the classes \(one) and \(other) differ by case alone: if they are one, give them one name")
    }

    let report = TrainReport(
      lesson: lesson, estimate: estimate, evaluation: evaluation, skipped: lesson.skipped.count + skipped.count,
      seconds: seconds, files: .init(model: output, labels: labelFile, seen: seen ? seenFile : nil),
      classes: await teacher.classCount, profile: profile.map { ProfileReport($0.figures) })
    try Terminal.print(run.json ? Terminal.json(report) : report.text)
    if !run.json { Terminal.show(report.profile) }
  }

  /// Writes what was seen before the work failed, where there is something.
  private func savePartial(of teacher: Teacher, with untold: EmbeddingSet?, of base: URL, to file: URL) async {
    let seen = await teacher.seen
    guard seen.pictures > 0 else { return }
    do {
      try record(seen, with: untold, of: base, to: file).write(to: file)
    } catch {
      // Why the work failed is said too.
      return Terminal.warn("what was seen could not be written: \(error)")
    }
    Terminal.warn(
      "the work failed, and what was seen of \(seen.pictures) pictures is in \(file.relativePath), to go on with --from"
    )
  }

  /// What was seen earlier and is gone on with: what --from names, and, of a model whose classes were all solved for, what
  /// lies beside it. In Coral's layout, and beside classes of a base, the model itself holds what it knows.
  private func earlier(_ base: URL, beside: EarlierTeaching?) throws -> (told: EmbeddingSet?, untold: EmbeddingSet?) {
    let named = try from.map { try EmbeddingSet(contentsOf: URL(filePath: $0)) }
    guard let before = beside?.seen, method(beside) != .imprinted, beside?.isWhole == true else {
      return (named, beside?.seen)
    }
    if let augment, augment != before.space.views {
      throw ValidationError(
        "--augment is as it was for \(Teacher.seenFile(for: base).relativePath), which is gone on with: leave it out")
    }
    guard let named, let from else { return (before, nil) }
    var both = EmbeddingSet(space: before.space, budget: budget.bytes(goingOnWith: [before, named]))
    try both.merge(before)
    try EmbeddingSetError.naming(from) { try both.merge(named) }
    return (both, nil)
  }

  /// Checks that no class is to be gone on with that was solved for beside a base's: that is done from the base.
  private func checkContinued(_ names: [String], base: URL, beside: EarlierTeaching?) throws {
    guard let beside, !beside.isWhole, !beside.isImprinted, let seen = beside.seen,
      let known = names.first(where: { seen.place(of: $0) != nil })
    else { return }
    throw ValidationError(
      """
      \(known) was taught beside the classes of a base: go on from there, with --model BASE --keep-classes --from \
      \(Teacher.seenFile(for: base).relativePath)
      """)
  }

  private func method(_ beside: EarlierTeaching?) -> HeadKind {
    head ?? (beside?.isImprinted == true ? .imprinted : .analytic)
  }

  /// What is to be written down of what was seen: with what lies beside the model and the teacher was not told.
  ///
  /// - Throws: A `ValidationError` where both are of different kinds, and the one would be written in place of the other.
  private func record(_ seen: EmbeddingSet, with untold: EmbeddingSet?, of base: URL, to file: URL) throws
    -> EmbeddingSet
  {
    guard let untold else { return seen }
    var both = EmbeddingSet(space: untold.space, budget: budget.bytes(goingOnWith: [untold, seen]))
    try both.merge(untold)
    do {
      try both.merge(seen)
      return both
    } catch EmbeddingSetError.otherSpace(let difference) {
      let before = Teacher.seenFile(for: base)
      guard OutputFile.isSame(file, before) else { return seen }
      throw ValidationError(
        """
        \(before.relativePath) holds what was seen in another way and would be lost: \(difference) now; give --augment \
        and --resize as they were, another --output, or --no-seen
        """)
    }
  }

  private func split(_ pictures: [LabelledPictures.Class]) throws -> Split {
    if testRest, let shots { return Split(pictures, drawing: shots, seed: seed) }
    return try Split(pictures, testRatio: testRatio ?? 0, shots: shots, seed: seed)
  }

  /// Checks before the work that all files can be written, and that none takes the place of what is read.
  private func checkOutput(_ output: URL, base: URL) throws {
    let labelFile = Teacher.labelFile(for: output)
    let seenFile = Teacher.seenFile(for: output)
    guard !OutputFile.isSame(output, labelFile), !OutputFile.isSame(output, seenFile) else {
      throw ValidationError(
        "--output \(self.output) ends in .\(output.pathExtension), as a file beside it does: end it in .tflite")
    }
    let list = listHeldBack.map { URL(filePath: $0) }
    let earlier = from.map { URL(filePath: $0) }
    if let list, [output, labelFile, seenFile].contains(where: { OutputFile.isSame($0, list) }) {
      throw ValidationError("--list-held-back and --output name the same file: choose another name for one")
    }
    for file in [output, labelFile] + (seen ? [seenFile] : []) + [list].compactMap({ $0 }) {
      // A model that was named may be replaced by what is taught to it, and what was seen by what is seen then.
      let mayReplace = { (source: URL) in
        (file == output && source == base && model != nil) || (file == seenFile && source == earlier)
      }
      let sources = [base] + [data.map { URL(filePath: $0) }, earlier].compactMap { $0 }
      try OutputFile.check(file, notReplacing: sources.filter { !mayReplace($0) })
    }
  }
}

/// Options as Coral's `imprinting_learning.py` writes them, so that a call of it needs another name at its beginning only.
///
/// They are told of in `Documentation/coming-from-coral.md` and nowhere else.
struct CoralTrainingOptions: ParsableArguments {
  @Option(name: .customLong("model_path"), help: .hidden)
  var modelPath: String?

  @Option(name: .customLong("test_ratio"), help: .hidden)
  var testRatio: Double?

  @Flag(name: .customLong("keep_classes"), help: .hidden)
  var keepClasses = false
}
