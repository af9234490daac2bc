import Inference
import Heads
import LiteRT
import ModelSurgery
import Pictures
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Teaches classes from folders of pictures, and writes the classifier with its label file.
///
/// ```swift
/// let teacher = try Teacher(model: URL(filePath: "extractor.tflite"))
/// try await teacher.learn(from: URL(filePath: "flowers"))
/// if let estimate = try await teacher.estimate { print(estimate) }     // 0.94 ± 0.02, leave-one-out
/// try await teacher.save(to: URL(filePath: "flowers.tflite"))
/// ```
///
/// A picture goes through the network once, or once a view. What was seen is kept, ``seen``: classes can be added and gone on
/// with at any time, and the head is solved for anew in no time.
public actor Teacher {
  /// How the head is solved for.
  public nonisolated let method: HeadKind
  /// The frozen network.
  public nonisolated let extractor: Extractor
  /// How pictures are brought to the model's size.
  public nonisolated var resize: Resize { extractor.resize }
  /// How they were when the kept classes were taught, or nil where the file does not say or none are kept.
  public nonisolated let earlierResize: Resize?
  /// What was seen so far.
  public private(set) var seen: EmbeddingSet

  // In Coral's layout what was learnt is the engine's to keep.
  private let engine: ImprintingEngine?
  private let kept: KeptBase?
  private let execution: Execution
  // What was seen earlier and the engine does not know yet.
  private var untold: EmbeddingSet?
  // Telling it: whoever comes meanwhile waits for the same.
  private var telling: Task<Void, any Error>?
  // What follows from what was seen, made when it is first asked for.
  private var answer: TaughtModel?
  // How often something was learnt: what was made of less is not kept.
  private var lessons = 0

  /// Opens a base model.
  ///
  /// - Parameters:
  ///   - model: A classifier, a model with the imprinting tail, or a bare embedding extractor; by default ``DefaultModel``.
  ///   - method: How the head is solved for; ``HeadKind/imprinted`` gives Coral's layout.
  ///   - keepClasses: Whether the model's classes stay.
  ///   - labels: Names of the kept classes; by default those that the file carries.
  ///   - resize: How pictures are brought to the model's size; by default as kept classes were taught, else `crop`.
  ///   - views: How often, and how, a picture is looked at.
  ///   - earlier: What was seen earlier, to go on with; it is of this model and this resize. Its views are taken then.
  ///   - budget: The bytes of embeddings beyond which only sums are kept.
  ///   - execution: How it is run.
  /// - Throws: ``DefaultModelError/missing(path:)``, ``EmbeddingSetError/otherSpace(_:)``,
  ///   ``ImprintingError/noClassesToKeep``, and as ``Extractor/init(model:resize:views:execution:)`` does.
  public init(
    model: URL? = nil, method: HeadKind = .analytic, keepClasses: Bool = false, labels: Labels? = nil,
    resize: Resize? = nil, views: Augmentation = .one, from earlier: EmbeddingSet? = nil,
    budget: Int = EmbeddingSet.defaultBudget,
    execution: Execution = Execution()
  ) throws {
    let bytes = try Bytes(mapping: DefaultModel.url(orGiven: model))
    var execution = execution
    let runtime = try execution.runtime ?? Runtime()
    execution.runtime = runtime
    var seeing = execution
    // Embeddings add up only with those of the same arithmetic.
    if let earlier, seeing.precision == .automatic {
      seeing.precision = earlier.space.arithmetic == .exact ? .exact : .rewritten
    }
    let said = keepClasses ? try Model(bytes: bytes).imprintedResize : nil
    let extractor = try Extractor(
      bytes: bytes, resize: resize ?? earlier.flatMap { Resize($0.space.resize) } ?? said ?? .crop,
      views: earlier?.space.views ?? views, execution: seeing)
    var seen = EmbeddingSet(space: extractor.space, budget: budget)
    if let earlier { try seen.merge(earlier) }
    let isCoral = method == .imprinted
    let engine =
      isCoral
      ? try ImprintingEngine(
        bytes: bytes, keepClasses: keepClasses, labels: labels, execution: execution) : nil
    let kept = keepClasses && !isCoral ? try KeptBase(extractor.base, labels: labels, runtime: runtime) : nil
    try kept?.check(names: seen.classes.map(\.name))
    self.method = method
    self.extractor = extractor
    earlierResize = said
    self.seen = seen
    self.engine = engine
    untold = isCoral ? earlier : nil
    self.kept = kept
    self.execution = execution
  }

  /// The names of all classes that there are now: kept ones first.
  public var labels: Labels {
    get async {
      if let engine { return await engine.labels }
      return Labels(lines(of: seen.classes.map(\.name)))
    }
  }

  /// How many classes there are now.
  public var classCount: Int {
    get async {
      if let engine { return await engine.classCount }
      return (kept?.classCount ?? 0) + seen.classes.count
    }
  }

  private func lines(of taught: [String]) -> [Int: String] {
    var names = kept?.labels.names ?? [:]
    for (place, name) in taught.enumerated() { names[(kept?.classCount ?? 0) + place] = name }
    return names
  }

  /// Learns the classes of a folder of class folders, or of a list of `path,label` lines.
  ///
  /// - Throws: ``LabelledPicturesError``, and as ``learn(_:strict:keepsPartial:profile:progress:)`` does.
  @discardableResult
  public func learn(from data: URL) async throws -> Lesson {
    try await learn(LabelledPictures(data).classes)
  }

  /// Learns classes from their pictures.
  ///
  /// A class named like one that was taught before goes on with it; others are new. A class of which no picture can be read
  /// is left out.
  ///
  /// - Parameters:
  ///   - classes: The classes and their pictures.
  ///   - strict: Whether a picture that cannot be read is an error; nothing is learnt then.
  ///   - keepsPartial: Whether, when the work fails half-way, what was seen until then stays in ``seen``: a device that is
  ///     unplugged does not cost what was done. In Coral's layout the engine does not learn it.
  ///   - profile: Is told where the time goes.
  ///   - progress: Called after each picture with the number done.
  /// - Returns: What was taken in.
  /// - Throws: ``ImprintingError/baseClass(_:name:)`` of a class named like one of the base,
  ///   ``ImprintingError/noPictures``, ``PictureError`` if strict, ``LiteRTError``, and `CancellationError`.
  @discardableResult
  public func learn(
    _ classes: [LabelledPictures.Class], strict: Bool = false, keepsPartial: Bool = false, profile: Profile? = nil,
    progress: (Int) -> Void = { _ in }
  ) async throws -> Lesson {
    let list = classes.indices.flatMap { place in classes[place].pictures.map { (place, $0) } }
    return try await learn(
      names: classes.map(\.name), places: list.map(\.0), source: .files(list.map(\.1)), strict: strict,
      keepsPartial: keepsPartial, profile: profile, progress: progress)
  }

  /// Learns classes from pictures in memory, of the network's size: frames of a camera, for one.
  ///
  /// ```swift
  /// try await teacher.learn(decoded: [("mug", frames)])
  /// ```
  ///
  /// - Parameters:
  ///   - classes: The classes and their pictures.
  ///   - keepsPartial: Whether, when the work fails half-way, what was seen until then stays in ``seen``: a device that is
  ///     unplugged does not cost what was done. In Coral's layout the engine does not learn it.
  ///   - profile: Is told where the time goes.
  ///   - progress: Called after each picture with the number done.
  /// - Returns: What was taken in.
  /// - Throws: As ``learn(_:strict:keepsPartial:profile:progress:)`` and
  ///   ``Extractor/see(decoded:profile:isolation:deliver:)`` do.
  @discardableResult
  public func learn(
    decoded classes: [(name: String, pictures: [PixelTensor])], keepsPartial: Bool = false, profile: Profile? = nil,
    progress: (Int) -> Void = { _ in }
  ) async throws -> Lesson {
    let list = classes.indices.flatMap { place in classes[place].pictures.map { (place, $0) } }
    return try await learn(
      names: classes.map(\.name), places: list.map(\.0), source: .decoded(list.map(\.1)), strict: true,
      keepsPartial: keepsPartial, profile: profile, progress: progress)
  }

  /// Learns pictures, each of the class at its place among the names.
  private func learn(
    names: [String], places: [Int], source: PictureSource, strict: Bool, keepsPartial: Bool, profile: Profile?,
    progress: (Int) -> Void
  ) async throws -> Lesson {
    // Before the work; the engine does it once more when it is done.
    try await tellEngine()
    try await engine?.checkTrainable(names: names)
    try kept?.check(names: names)
    for name in names where !Labels.isName(name) { throw ImprintingError.badName(name) }
    // Taken in when all of it is there, and beside what another call has taken in meanwhile.
    var news = EmbeddingSet(space: extractor.space, budget: seen.budget)
    var counts = names.map { _ in 0 }
    // In Coral's layout only sums are the engine's: they take no more room for more pictures.
    var sums = engine.map { engine in names.map { _ in EmbeddingSum(dimension: engine.embeddingDimension) } } ?? []
    var lesson = Lesson()
    do {
      try await extractor.see(source, profile: profile) { index, result in
        switch result {
        case .success(let picture):
          let place = places[index]
          try news.add(picture, to: names[place])
          counts[place] += 1
          if let engine {
            try sums[place].add(
              engine.sum(
                of: extractor.space.steps(picture.embeddings), dimension: extractor.space.dimension,
                unit: extractor.unit))
          }
        case .failure(let error):
          if strict { throw error }
          lesson.skipped.append(error)
        }
        progress(index + 1)
      }
    } catch {
      if keepsPartial, !(error is CancellationError), (try? seen.merge(news)) != nil {
        answer = nil
        lessons += 1
      }
      throw error
    }
    guard news.pictures > 0 else { throw ImprintingError.noPictures }
    lesson.emptyClasses = zip(names, counts).filter { $1 == 0 }.map(\.0)
    let learnt = names.indices.filter { counts[$0] > 0 }
    var ids: [(id: Int, isContinued: Bool)] = []
    if let engine {
      ids = try await engine.train(named: learnt.map { (name: names[$0], sum: sums[$0]) })
      await engine.setResize(resize)
    }
    let known = Set(seen.classes.map(\.name))
    try seen.merge(news)
    answer = nil
    lessons += 1
    if engine == nil {
      ids = learnt.map {
        ((kept?.classCount ?? 0) + (seen.place(of: names[$0]) ?? 0), known.contains(names[$0]))
      }
    }
    lesson.classes = zip(learnt, ids).map { place, known in
      .init(id: known.id, label: names[place], pictures: counts[place], isContinued: known.isContinued)
    }
    return lesson
  }

  /// What was seen so far as one lesson: for a classifier of what was seen earlier alone.
  ///
  /// - Throws: ``ImprintingError/baseClass(_:name:)``.
  public func lesson() async throws -> Lesson {
    try await tellEngine()
    let labels = await labels
    var lesson = Lesson()
    lesson.classes = seen.classes.map {
      .init(id: labels.id(of: $0.name) ?? 0, label: $0.name, pictures: $0.count, isContinued: false)
    }
    return lesson
  }

  /// How well the classifier is expected to do, from the training pictures alone, each left out in its turn; nil where that
  /// is not known.
  ///
  /// - Throws: ``HeadError``, `LinearAlgebraError`.
  public var estimate: LeaveOneOut? {
    get async throws { try await taught().solved?.leaveOneOut }
  }

  /// Classifies labelled pictures with what was learnt so far, as the saved file would, and compares.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt``, and as ``Classifier/evaluate(_:strict:profile:isolation:progress:skipped:)``
  ///   does.
  public func evaluate(
    _ classes: [LabelledPictures.Class], strict: Bool = false, profile: Profile? = nil,
    progress: (Int) -> Void = { _ in }, skipped: (PictureError) -> Void = { _ in }
  ) async throws -> Evaluation {
    let model = try await profile.measure(.solving) { try await taught().model }
    // What was taught changes from lesson to lesson: nothing is kept of it.
    var execution = execution
    execution.cache = nil
    let classifier = try profile.measure(.opening) {
      try Classifier(bytes: Bytes(model.serialized().bytes()), execution: execution)
    }
    return try await classifier.evaluate(
      classes, strict: strict, profile: profile, progress: progress, skipped: skipped)
  }

  /// The classifier of what was learnt so far.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt``, ``HeadError``, ``KeptClassesError``, `SurgeryError`.
  public func model() async throws -> Model { try await taught().model }

  /// Trains the engine with what was seen earlier.
  private func tellEngine() async throws {
    guard let engine, let earlier = untold else { return }
    let sums = try earlier.classes.map { known in
      (name: known.name, sum: try engine.sum(of: known, in: earlier.space, unit: extractor.unit))
    }
    let resize = resize
    let task =
      telling
      ?? Task {
        try await engine.train(named: sums)
        await engine.setResize(resize)
      }
    telling = task
    try await task.value
    untold = nil
  }

  private func taught() async throws -> TaughtModel {
    if let answer { return answer }
    try await tellEngine()
    let before = lessons
    let made: TaughtModel
    if let engine {
      // Classes of the file that is gone on with are not among what was seen.
      let solved = seen.classes.isEmpty ? nil : try method.method.solve(seen)
      made = TaughtModel(model: try await engine.model(), solved: solved)
    } else {
      guard !seen.classes.isEmpty else { throw ImprintingError.nothingLearnt }
      made = try TaughtModel(
        solving: method.method, of: seen, extractor: extractor, beside: kept)
    }
    if lessons == before { answer = made }
    return made
  }

  /// Where the labels of a model file go: beside it, under its name with the ending `.txt`.
  public static func labelFile(for model: URL) -> URL {
    model.deletingPathExtension().appendingPathExtension("txt")
  }

  /// Where what was seen for a model file goes: beside it, under its name with the ending `.seen`.
  public static func seenFile(for model: URL) -> URL {
    model.deletingPathExtension().appendingPathExtension("seen")
  }

  /// Writes the model, and beside it its labels as `<id>  <label>` lines, in place of what stood there.
  ///
  /// - Returns: Where the label file is, ``labelFile(for:)``.
  /// - Throws: ``ImprintingError/nothingLearnt``, ``HeadError``, and ``TFLiteError`` when a file cannot be written, or when
  ///   both would be the same file.
  @discardableResult
  public func save(to file: URL) async throws -> URL {
    let labelFile = Self.labelFile(for: file)
    guard labelFile.path != file.path else {
      throw TFLiteError.cannotWrite(
        path: file.path, reason: "its labels would go into the same file; end it in .tflite")
    }
    let names = await labels
    try await taught().model.serialized().write(to: file)
    try AtomicFile(labelFile).write(names.text)
    return labelFile
  }
}
