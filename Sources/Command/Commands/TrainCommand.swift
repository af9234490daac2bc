import ArgumentParser
import Heads
import Imprinting
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
    abstract: "Train a classifier on labelled pictures.",
    discussion: """
      Solves the last layer of a base model from the embeddings of the pictures, and estimates the accuracy by leaving out \
      each picture in turn. To measure the accuracy on other pictures, hold some back with --test-ratio.

      EXAMPLES
        imprint train --data flowers --output flowers.tflite
        imprint train --model flowers.tflite --keep-classes --data more -o new.tflite
        imprint train --from flowers.embeddings --output flowers.tflite
      """)

  @OptionGroup(title: "Input and output") var files: TrainFiles
  @OptionGroup(title: "Training") var settings: TrainSettings
  @OptionGroup(title: "Pictures held back") var heldBack: HeldBackOptions
  @OptionGroup var run: RunOptions

  mutating func validate() throws {
    if let ratio = heldBack.testRatio, !(0..<1).contains(ratio) {
      throw ValidationError("--test-ratio is \(ratio); it takes a number from 0 to less than 1")
    }
    if settings.labels.file != nil, !settings.keepClasses {
      throw ValidationError("--labels names the kept classes: it requires --keep-classes")
    }
    if heldBack.testRest, settings.shots == nil || heldBack.testRatio != nil {
      throw ValidationError("--test-rest requires --shots and excludes --test-ratio")
    }
    if files.savePartial, !files.embeddings {
      throw ValidationError("--save-partial writes embeddings: it excludes --no-embeddings")
    }
    if let shots = settings.shots, shots < 1 {
      throw ValidationError("--shots is \(shots); it takes a positive number")
    }
    if files.data == nil, files.from == nil {
      throw ValidationError("there is nothing to train on: name a folder of pictures with --data")
    }
    if files.data == nil, settings.shots != nil || heldBack.testRatio != nil || heldBack.group != nil {
      throw ValidationError("--shots, --test-ratio and --group are about the pictures of --data, which is missing")
    }
    if heldBack.heldBack != nil, heldBack.testRatio == nil {
      throw ValidationError("--held-back chooses the pictures of --test-ratio, which is missing")
    }
    let ways = [
      ("--test-ratio", heldBack.testRatio != nil), ("--test-rest", heldBack.testRest), ("--test", heldBack.test != nil),
      ("--split-column", heldBack.splitColumn != nil),
    ].filter(\.1).map(\.0)
    if ways.count > 1 {
      throw ValidationError("\(ways.joined(separator: " and ")) both say what is held back: choose one")
    }
    if let folds = heldBack.folds, !(2...1000).contains(folds) {
      throw ValidationError("--folds is \(folds); it takes a number from 2 to 1000")
    }
    if files.model == ChosenBase.word {
      guard files.data != nil, files.from == nil, !settings.keepClasses else {
        throw ValidationError(
          "--model auto compares models on the pictures of --data: it excludes --from and --keep-classes")
      }
      guard files.output != nil else { throw ValidationError("--model auto has no name of its own: add --output") }
    } else if files.mostMs != nil || files.mostMb != nil {
      throw ValidationError("--most-ms and --most-mb limit the choice of --model auto, which is missing")
    }
    if files.from != nil, settings.augment != nil {
      throw ValidationError("--augment is fixed by the embeddings of --from: leave it out")
    }
  }

  func run() async throws {
    try await Interruption.guarding(or: "Stopped: nothing was written.") { try await train() }
  }

  private func train() async throws {
    let profile = run.speed.startProfile()
    let isChosen = files.model == ChosenBase.word
    var base = try DefaultModel.url(
      orGiven: isChosen ? ChosenBase.candidates().first : files.model.map { URL(filePath: $0) })
    let output = URL(filePath: files.output ?? base.deletingPathExtension().lastPathComponent + "_retrained.tflite")
    try checkOutput(output, base: base)
    let group = try GroupChoice(heldBack.group, data: files.data ?? "")
    var pictures = try files.data.map {
      try Terminal.labelledPictures(
        at: $0, strict: run.strict, splitColumn: heldBack.splitColumn, groupColumn: group.column)
    }
    if var grouped = pictures {
      try group.apply(to: &grouped)
      pictures = grouped
    }
    for renaming in settings.rename { try pictures?.rename(renaming.old, to: renaming.new) }
    if let pictures {
      Terminal.warnOfEmptyClasses(pictures)
      try OutputFile.check(written(to: output), notReplacing: pictures.classes.flatMap(\.pictures))
    }
    if isChosen, let pictures {
      base = try await ChosenBase(
        pictures: pictures, method: settings.head?.method ?? Analytic(findsNovelty: false), resize: settings.resize,
        cache: files.caching.cache, execution: run.execution(), mostMilliseconds: files.mostMs,
        mostMegabytes: files.mostMb
      ).url()
      try checkOutput(output, base: base)
    }
    let total = pictures?.classes.reduce(0) { $0 + $1.pictures.count } ?? 0
    let teacher = try profile.measure(.opening) {
      try LocatedError.naming(base) { try openTeacher(base, pictures: total) }
    }
    if settings.keepClasses, let names = pictures?.classes.map(\.name) {
      let taken = await teacher.baseClasses(among: names)
      if settings.separate {
        for name in taken {
          try pictures?.rename(name, to: "\(name) (new)")
          Terminal.warn("the kept class \(name) and the new class \(name) (new) are separate")
        }
      } else if let name = taken.first, let file = await teacher.missingEmbeddings {
        let isThere = FileManager.default.fileExists(atPath: file.path)
        throw UsageError(
          "the class \(name) can be taught further only with the embeddings of its pictures: \(file.relativePath) "
            + (isThere ? "holds other classes" : "is missing"),
          remedy: "put that file back, or teach the base model again with the earlier pictures and the new ones")
      } else if let name = taken.first {
        throw UsageError(
          "the model keeps a class \(name), which came with its base and cannot be taught further, and there is a folder of "
            + "that name",
          remedy: "add --separate to teach '\(name) (new)' beside it, or --rename '\(name)=another name'")
      }
    }
    let split = try await split(pictures, for: teacher)
    let count = split.training.reduce(0) { $0 + $1.pictures.count }
    if files.embeddings { try teacher.checkSaving(to: output) }
    if let earlier = teacher.earlierResize, earlier != teacher.resize {
      Terminal.warn("the kept classes were trained with --resize \(earlier), the new ones with \(teacher.resize)")
    }

    let progress = Progress(total: count + split.heldBack.reduce(0) { $0 + $1.pictures.count })
    defer { progress.finish() }
    let clock = ContinuousClock()
    let start = clock.now
    let lesson: Lesson
    do {
      lesson =
        split.training.isEmpty
        ? await teacher.lesson()
        : try await teacher.learn(
          split.training, strict: run.strict, keepsPartial: files.savePartial, groups: pictures?.groups ?? [:],
          cache: files.caching.cache, profile: profile
        ) { progress.update($0) }
    } catch {
      progress.finish()
      if files.savePartial { await savePartial(of: teacher, beside: output) }
      throw error
    }
    // Report unreadable pictures before later errors, which they may have caused.
    progress.finish()
    for error in lesson.skipped { Terminal.warn(error) }
    if let failure = lesson.cacheUse?.failure { Terminal.warn(failure) }
    Terminal.warn(ofConflictsIn: await teacher.embeddings)
    for name in lesson.emptyClasses {
      Terminal.warn("the class \(name) is left out: none of its training pictures can be read")
    }
    let estimate = try await profile.measure(.solving) { try await teacher.estimate }
    var folded: LeaveOneOut?
    if let folds = heldBack.folds {
      folded = try await teacher.validation(FoldedValidation(folds: folds, seed: settings.seed))
    }
    let taught = Set(lesson.classes.map(\.label))
    let tested = split.heldBack.filter { taught.contains($0.name) }
    let skipped = SkippedPictures()
    let evaluation =
      tested.isEmpty
      ? nil
      : try await teacher.evaluate(
        tested, strict: run.strict, cache: files.caching.cache, profile: profile,
        progress: { progress.update(count + $0) },
        skipped: { skipped.add($0) })
    let seconds = (clock.now - start) / .seconds(1)
    try Task.checkCancellation()
    let labelFile = try await profile.measure(.saving) {
      try await teacher.save(
        to: output, withEmbeddings: files.embeddings, labelFormat: settings.labelFormat.labelFormat)
    }
    let embeddingsFile = Teacher.embeddingsFile(for: output)
    if !files.embeddings, FileManager.default.fileExists(atPath: embeddingsFile.path) {
      Terminal.warn("\(embeddingsFile.relativePath) is not updated and does not match the new classifier")
    }
    if let list = heldBack.listHeldBack {
      try AtomicFile(URL(filePath: list)).write(LabelledPictures.list(of: tested))
    }
    if let file = files.report {
      try await TrainPage(
        base: base, data: files.data ?? files.from ?? "", teacher: teacher, estimate: estimate, evaluation: evaluation,
        skipped: lesson.skipped.count + skipped.count
      ).write(to: URL(filePath: file))
    }
    progress.finish()
    skipped.warn()
    for (one, other) in await teacher.labels.alike(lesson.classes.map(\.label)) {
      Terminal.warn("the classes \(one) and \(other) differ only in case; if they are one class, give them one name")
    }

    let besideKept = try await teacher.accuracyBesideBase
    if await teacher.hasBaseClasses, teacher.method is Imprinted, besideKept == nil {
      Terminal.warn(
        "the new classes may take pictures of the kept ones: balancing them needs two pictures of a class; or use --head "
          + "analytic")
    }

    let report = TrainReport(
      lesson: lesson, estimate: estimate, folded: folded, besideKept: besideKept,
      unknown: try await teacher.unknownRule, labels: await teacher.labels,
      evaluation: evaluation, skipped: lesson.skipped.count + skipped.count,
      suspects: settings.suspects,
      seconds: seconds,
      files: .init(
        model: output, labels: labelFile, embeddings: files.embeddings ? embeddingsFile : nil,
        report: files.report.map { URL(filePath: $0) }),
      classes: await teacher.classCount, profile: profile.map { ProfileReport($0.figures) })
    try Terminal.print(run.json ? Terminal.json(report) : report.text)
    if !run.json { Terminal.show(report.profile) }
  }

  private func openTeacher(_ base: URL, pictures count: Int) throws -> Teacher {
    let named = try files.from.map { try EmbeddingSet(contentsOf: URL(filePath: $0)) }
    if let named { Terminal.warn(ofMissingShardsIn: named) }
    let execution = try run.execution()
    guard settings.keepClasses else {
      return try EmbeddingSetError.locating(files.from) {
        try Teacher(
          model: base, method: settings.head?.method ?? Analytic(), resize: settings.resize,
          augmentation: settings.augment ?? usualAugmentation(settings.head?.method, pictures: count), from: named,
          budget: files.budget.bytes,
          execution: execution)
      }
    }
    let taught = try TaughtClassifier(contentsOf: base)
    if case .ignored(let path) = taught.embeddings {
      Terminal.warn("\(path) is ignored: its classes differ from those of the model")
    }
    if taught.hasOtherPictures, let file = taught.embeddingsFile?.relativePath {
      Terminal.note("\(file) holds other pictures than the model was taught from; those of the file count")
    }
    return try EmbeddingSetError.locating(files.from ?? taught.embeddingsFile?.relativePath) {
      try Teacher(
        continuing: taught, method: settings.head?.method,
        labels: settings.labels.read(orBeside: base, of: taught.model),
        resize: settings.resize,
        augmentation: settings.augment
          ?? (taught.embeddingSet == nil
            ? usualAugmentation(settings.head?.method ?? taught.method, pictures: count) : nil),
        from: named,
        budget: files.budget.bytes, execution: execution)
    }
  }

  /// Returns the views of each picture where nothing states them. Imprinting has one view, as the paper and Coral's engine.
  private func usualAugmentation(_ method: (any HeadMethod)?, pictures count: Int) -> Augmentation {
    method is Imprinted ? .off : .usual(for: count)
  }

  /// Saves the embeddings that were computed before training failed.
  private func savePartial(of teacher: Teacher, beside output: URL) async {
    let count = await teacher.embeddings.pictures
    guard count > 0 else { return }
    do {
      let file = try await teacher.saveEmbeddings(beside: output)
      Terminal.warn(
        "training failed; the embeddings of \(Table.counted(count, "picture", "pictures")) are in \(file.relativePath), "
          + "to continue with --from")
    } catch {
      Terminal.warn("the embeddings could not be written: \(ErrorText(error).line)")
    }
  }

  /// Checks before training that all files can be written and that none replaces an input.
  private func checkOutput(_ output: URL, base: URL) throws {
    let labelFile = Teacher.labelFile(for: output)
    let embeddingsFile = Teacher.embeddingsFile(for: output)
    guard !OutputFile.isSame(output, labelFile), !OutputFile.isSame(output, embeddingsFile) else {
      throw UsageError(
        "--output ends in .\(output.pathExtension), like another file that is written beside it",
        remedy: "end it in .tflite")
    }
    guard !OutputFile.isSpecial(output) else {
      throw UsageError(
        "\(output.relativePath) is not a file, and labels and embeddings are written beside it",
        remedy: "name a file that ends in .tflite")
    }
    let lists = [("--list-held-back", heldBack.listHeldBack), ("--report", files.report)]
    let earlier = files.from.map { URL(filePath: $0) }
    for (option, file) in lists {
      guard let file = file.map({ URL(filePath: $0) }),
        [output, labelFile, embeddingsFile].contains(where: { OutputFile.isSame($0, file) })
      else { continue }
      throw UsageError("\(option) and --output name the same file", remedy: "choose another name for one of them")
    }
    if let list = heldBack.listHeldBack, let page = files.report,
      OutputFile.isSame(URL(filePath: list), URL(filePath: page))
    {
      throw UsageError(
        "--list-held-back and --report name the same file", remedy: "choose another name for one of them")
    }
    for file in written(to: output) {
      // The new classifier may replace the model that it continues, and the new embeddings the file that they extend.
      let mayReplace = { (source: URL) in
        (file == output && source == base && files.model != nil) || (file == embeddingsFile && source == earlier)
      }
      let sources = [base] + [files.data.map { URL(filePath: $0) }, earlier].compactMap { $0 }
      try OutputFile.check(file, notReplacing: sources.filter { !mayReplace($0) })
    }
  }

  /// All files that the command writes.
  private func written(to output: URL) -> [URL] {
    [output, Teacher.labelFile(for: output)] + (files.embeddings ? [Teacher.embeddingsFile(for: output)] : [])
      + [heldBack.listHeldBack, files.report].compactMap { $0.map { URL(filePath: $0) } }
  }
}
