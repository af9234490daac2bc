public import Heads
public import Inference
import LiteRT
import ModelSurgery
public import Pictures
import Platform
public import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// Teaches classes from pictures, and writes the classifier with its label file.
///
/// ```swift
/// let teacher = try Teacher(model: URL(filePath: "extractor.tflite"))
/// try await teacher.learn(from: URL(filePath: "flowers"))
/// if let estimate = try await teacher.estimate { print(estimate) }     // leave-one-out accuracy
/// try await teacher.save(to: URL(filePath: "flowers.tflite"))
/// ```
///
/// A picture goes through the network once for each of its views. The teacher keeps the ``embeddings``: classes can be added
/// and taught further at any time, and the head is solved anew in no time.
public actor Teacher {
  /// The method that solves for the head.
  public nonisolated let method: any HeadMethod
  /// The frozen network.
  public nonisolated let extractor: Extractor
  /// How pictures are resized to the network's input.
  public nonisolated var resize: Resize { extractor.resize }
  /// How they were resized when the kept classes were taught; nil where the file does not say or no class is kept.
  public nonisolated let earlierResize: Resize?
  /// The embeddings that the taught classes follow from.
  public private(set) var embeddings: EmbeddingSet

  /// Embeddings of classes that the file already holds, and the teacher does not solve for.
  private struct Apart {
    let set: EmbeddingSet
    let taught: TaughtClassifier
    /// The budget of what they are merged into; nil for the larger one of both.
    let budget: Int?
    /// Whether their classes stand beside those of a base, so that they cannot be taught further.
    let isFixed: Bool
  }

  private nonisolated let executor = BlockingSerialExecutor()
  private nonisolated let apart: Apart?
  private let writer: any ClassifierWriter
  private let execution: Execution
  // The classifier of the embeddings, made when it is first needed.
  private var taught: TaughtModel?

  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Opens a model to teach it classes.
  ///
  /// - Parameters:
  ///   - model: A classifier, a model with the imprinting tail, or a bare embedding extractor; by default ``DefaultModel``.
  ///   - method: The method that solves for the head; ``Imprinted`` writes Coral's layout.
  ///   - keepClasses: Whether the model's classes stay.
  ///   - labels: Names of the kept classes; by default those that the file carries.
  ///   - resize: How pictures are resized to the network's input; by default as kept classes were taught, else `crop`.
  ///   - augmentation: The views of each picture that the teacher learns from.
  ///   - earlier: Embeddings to start from, of this model and this resize. Their augmentation is used then.
  ///   - budget: The bytes of embeddings beyond which only sums are kept; by default ``EmbeddingSet/defaultBudget``, or that
  ///     of `earlier` where it is larger.
  ///   - execution: How to run the model.
  /// - Throws: ``DefaultModelError/missing(path:)``, ``EmbeddingSetError/otherSpace(_:)``,
  ///   ``ImprintingError/noClassesToKeep``, and as ``Extractor/init(model:resize:augmentation:execution:)-(URL,_,_,_)``
  ///   does.
  public init(
    model: URL? = nil, method: any HeadMethod = Analytic(), keepClasses: Bool = false, labels: Labels? = nil,
    resize: Resize? = nil, augmentation: Augmentation = .off, from earlier: EmbeddingSet? = nil, budget: Int? = nil,
    execution: Execution = Execution()
  ) throws {
    try self.init(
      Model(contentsOf: DefaultModel.url(orGiven: model)), method: method, keepClasses: keepClasses, labels: labels,
      resize: resize, augmentation: augmentation, from: earlier,
      budget: budget ?? Self.budget(for: [earlier].compactMap { $0 }), apart: nil, execution: execution)
  }

  /// Opens a taught classifier to teach it further; its classes stay.
  ///
  /// Where the embeddings beside the model are of all its classes, the head is solved anew from these and the new ones. Else
  /// the model itself holds what its classes follow from: sums in Coral's layout, which new pictures are added to, or the
  /// classes of a base, which new classes are put beside.
  ///
  /// - Parameters:
  ///   - taught: The classifier.
  ///   - method: The method that solves for the head; by default ``TaughtClassifier/method``.
  ///   - labels: Names of the kept classes; by default those that the file carries.
  ///   - resize: How pictures are resized to the network's input; by default as before.
  ///   - augmentation: The views of each picture; by default as before, where that is known.
  ///   - embeddings: More embeddings to start from, of the same model and resize.
  ///   - budget: The bytes of embeddings beyond which only sums are kept; by default ``EmbeddingSet/defaultBudget``, or the
  ///     largest of the embeddings that are continued.
  ///   - execution: How to run the model.
  /// - Throws: ``ImprintingError/otherAugmentation(_:before:path:)``, and as
  ///   ``init(model:method:keepClasses:labels:resize:augmentation:from:budget:execution:)`` does.
  public init(
    continuing taught: TaughtClassifier, method: (any HeadMethod)? = nil, labels: Labels? = nil,
    resize: Resize? = nil, augmentation: Augmentation? = nil, from embeddings: EmbeddingSet? = nil,
    budget: Int? = nil, execution: Execution = Execution()
  ) throws {
    let method = method ?? taught.method
    var continued: EmbeddingSet?
    if case .all(let set) = taught.embeddings, !(method is Imprinted) { continued = set }
    if let continued, let augmentation, augmentation != continued.space.augmentation {
      throw ImprintingError.otherAugmentation(
        augmentation, before: continued.space.augmentation, path: taught.embeddingsFile?.relativePath ?? "")
    }
    let room = budget ?? Self.budget(for: [continued, embeddings].compactMap { $0 })
    var earlier = embeddings
    if let continued, let embeddings {
      var both = EmbeddingSet(space: continued.space, budget: room)
      try both.merge(continued)
      try both.merge(embeddings)
      earlier = both
    } else if let continued {
      earlier = continued
    }
    var apart: Apart?
    if continued == nil, let set = taught.embeddingSet {
      let isFixed = if case .some = taught.embeddings { !taught.isImprinted } else { false }
      apart = Apart(set: set, taught: taught, budget: budget, isFixed: isFixed)
    }
    try self.init(
      taught.model, method: method, keepClasses: continued == nil, labels: labels, resize: resize,
      augmentation: augmentation ?? taught.embeddingSet?.space.augmentation ?? .off, from: earlier, budget: room,
      apart: apart, execution: execution)
  }

  /// Opens the file of a taught classifier to teach it further; see
  /// ``init(continuing:method:labels:resize:augmentation:from:budget:execution:)-(TaughtClassifier,_,_,_,_,_,_,_)``.
  public init(
    continuing file: URL, method: (any HeadMethod)? = nil, labels: Labels? = nil, resize: Resize? = nil,
    augmentation: Augmentation? = nil, from embeddings: EmbeddingSet? = nil, budget: Int? = nil,
    execution: Execution = Execution()
  ) throws {
    try self.init(
      continuing: TaughtClassifier(contentsOf: file), method: method, labels: labels, resize: resize,
      augmentation: augmentation, from: embeddings, budget: budget, execution: execution)
  }

  private init(
    _ model: Model, method: any HeadMethod, keepClasses: Bool, labels: Labels?, resize: Resize?,
    augmentation: Augmentation, from earlier: EmbeddingSet?, budget: Int, apart: Apart?, execution: Execution
  ) throws {
    var execution = execution
    let runtime = try execution.runtime ?? Runtime()
    execution.runtime = runtime
    var embedding = execution
    // Embeddings add up only with those of the same arithmetic.
    embedding.arithmetic = embedding.arithmetic ?? earlier?.space.arithmetic
    let earlierResize = keepClasses ? model.imprintedResize : nil
    let extractor = try Extractor(
      model: model, resize: resize ?? earlier.flatMap { Resize($0.space.resize) } ?? earlierResize ?? .crop,
      augmentation: earlier?.space.augmentation ?? augmentation, execution: embedding)
    var embeddings = EmbeddingSet(space: extractor.space, budget: budget)
    if let earlier { try embeddings.merge(earlier) }
    let writer: any ClassifierWriter
    if method is Imprinted {
      writer = ImprintedWriter(
        before: try ImprintedModel(model, keepClasses: keepClasses, labels: labels), unit: extractor.unit,
        method: method, resize: extractor.resize)
    } else {
      writer = SolvedWriter(
        method: method, extractor: extractor,
        base: keepClasses ? try .init(model, labels: labels, runtime: runtime) : nil)
    }
    try writer.check(names: embeddings.classes.map(\.name))
    self.writer = writer
    self.method = method
    self.extractor = extractor
    self.earlierResize = earlierResize
    self.embeddings = embeddings
    self.apart = apart
    self.execution = execution
  }

  /// Returns the usual budget, or that of embeddings where it is larger, so that none are dropped without being asked for.
  private static func budget(for sets: [EmbeddingSet]) -> Int {
    sets.reduce(EmbeddingSet.defaultBudget) { max($0, $1.budget) }
  }

  /// The names of all classes, kept ones first.
  public var labels: Labels { writer.labels(with: embeddings) }

  /// The number of all classes.
  public var classCount: Int { writer.classCount(with: embeddings) }

  /// Learns the classes of a folder of class folders, or of a list of `path,label` lines.
  ///
  /// - Throws: ``LabelledPicturesError``, and as ``learn(_:strict:keepsPartial:profile:progress:)`` does.
  @discardableResult
  public func learn(from data: URL) async throws -> Lesson {
    try await learn(LabelledPictures(data).classes)
  }

  /// Learns classes from their pictures.
  ///
  /// A class with the name of one that was taught before is taught further; others are new. A class of which no picture can
  /// be read is left out.
  ///
  /// - Parameters:
  ///   - classes: The classes and their pictures.
  ///   - strict: Whether a picture that cannot be read is an error; nothing is learnt then.
  ///   - keepsPartial: Whether ``embeddings`` keeps what was embedded when the work fails half-way: a device that is
  ///     unplugged does not cost what was done.
  ///   - profile: Takes the times of the steps.
  ///   - progress: Called after each picture with the number done.
  /// - Returns: What was learnt.
  /// - Throws: ``ImprintingError/baseClass(_:name:)`` for a class with the name of one of the base,
  ///   ``ImprintingError/taughtBesideBase(_:path:)``, ``ImprintingError/noPictures``, ``PictureError`` if strict,
  ///   ``LiteRTError``, and `CancellationError`.
  @discardableResult
  public func learn(
    _ classes: [LabelledPictures.Class], strict: Bool = false, keepsPartial: Bool = false, profile: Profile? = nil,
    progress: @Sendable (Int) -> Void = { _ in }
  ) async throws -> Lesson {
    let list = classes.indices.flatMap { place in classes[place].pictures.map { (place, $0) } }
    return try await learn(
      names: classes.map(\.name), places: list.map(\.0), source: .files(list.map(\.1)), strict: strict,
      keepsPartial: keepsPartial, profile: profile, progress: progress)
  }

  /// Learns classes from pictures in memory, raw pixels of any size: frames of a camera, for one.
  ///
  /// ```swift
  /// try await teacher.learn([("mug", frames)])
  /// ```
  ///
  /// - Parameters:
  ///   - classes: The classes and their pictures.
  ///   - keepsPartial: As for picture files.
  ///   - profile: Takes the times of the steps.
  ///   - progress: Called after each picture with the number done.
  /// - Returns: What was learnt.
  /// - Throws: As ``learn(_:strict:keepsPartial:profile:progress:)`` does.
  @discardableResult
  public func learn(
    _ classes: [(name: String, pictures: [PixelBuffer])], keepsPartial: Bool = false, profile: Profile? = nil,
    progress: @Sendable (Int) -> Void = { _ in }
  ) async throws -> Lesson {
    let list = classes.indices.flatMap { place in classes[place].pictures.map { (place, $0) } }
    return try await learn(
      names: classes.map(\.name), places: list.map(\.0), source: .pixels(list.map(\.1)), strict: true,
      keepsPartial: keepsPartial, profile: profile, progress: progress)
  }

  /// Learns classes from pictures in memory of the network's size.
  ///
  /// - Parameters:
  ///   - classes: The classes and their pictures.
  ///   - keepsPartial: As for picture files.
  ///   - profile: Takes the times of the steps.
  ///   - progress: Called after each picture with the number done.
  /// - Returns: What was learnt.
  /// - Throws: ``InferenceError/augmentationOfDecoded(_:)``,
  ///   ``InferenceError/wrongPictureSize(width:height:expectedWidth:expectedHeight:)``, and as
  ///   ``learn(_:strict:keepsPartial:profile:progress:)`` does.
  @discardableResult
  public func learn(
    decoded classes: [(name: String, pictures: [PixelTensor])], keepsPartial: Bool = false, profile: Profile? = nil,
    progress: @Sendable (Int) -> Void = { _ in }
  ) async throws -> Lesson {
    let list = classes.indices.flatMap { place in classes[place].pictures.map { (place, $0) } }
    return try await learn(
      names: classes.map(\.name), places: list.map(\.0), source: .tensors(list.map(\.1)), strict: true,
      keepsPartial: keepsPartial, profile: profile, progress: progress)
  }

  /// Learns classes from their pictures, and returns the progress as a sequence that ends with the lesson.
  ///
  /// ```swift
  /// for try await event in teacher.events(learning: classes) {
  ///   switch event {
  ///   case .progress(let done, let total): print("\(done) of \(total)")
  ///   case .learnt(let lesson): print(lesson.classes)
  ///   }
  /// }
  /// ```
  ///
  /// The work begins at once. Leaving the loop, or cancelling its task, ends it; nothing is learnt then.
  ///
  /// - Parameters: As for ``learn(_:strict:keepsPartial:profile:progress:)``, whose errors the sequence throws.
  public nonisolated func events(
    learning classes: [LabelledPictures.Class], strict: Bool = false, keepsPartial: Bool = false,
    profile: Profile? = nil
  ) -> AsyncThrowingStream<LearningEvent, any Error> {
    let total = classes.reduce(0) { $0 + $1.pictures.count }
    return AsyncThrowingStream { continuation in
      let task = Task {
        do {
          let lesson = try await learn(classes, strict: strict, keepsPartial: keepsPartial, profile: profile) {
            continuation.yield(.progress(done: $0, total: total))
          }
          continuation.yield(.learnt(lesson))
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// Learns pictures, each of the class at its place among the names.
  private func learn(
    names: [String], places: [Int], source: PictureSource, strict: Bool, keepsPartial: Bool, profile: Profile?,
    progress: @Sendable (Int) -> Void
  ) async throws -> Lesson {
    if let apart, apart.isFixed, let name = names.first(where: { apart.set.place(of: $0) != nil }) {
      throw ImprintingError.taughtBesideBase(name, path: apart.taught.embeddingsFile?.relativePath ?? "")
    }
    try writer.check(names: names)
    // Merged when all of it is there, with what other calls have learnt meanwhile.
    var news = EmbeddingSet(space: extractor.space, budget: embeddings.budget)
    var counts = names.map { _ in 0 }
    var lesson = Lesson()
    do {
      try await extractor.embed(source, profile: profile) { index, result in
        switch result {
        case .success(let picture):
          try news.add(picture, to: names[places[index]])
          counts[places[index]] += 1
        case .failure(let error):
          if strict { throw error }
          lesson.skipped.append(error)
        }
        progress(index + 1)
      }
    } catch {
      if keepsPartial, !(error is CancellationError) { try? learn(news) }
      throw error
    }
    guard news.pictures > 0 else { throw ImprintingError.noPictures }
    let known = Set(embeddings.classes.map(\.name))
    try learn(news)
    for (name, count) in zip(names, counts) {
      guard count > 0 else {
        lesson.emptyClasses.append(name)
        continue
      }
      lesson.classes.append(
        .init(
          id: writer.id(of: name, in: embeddings), label: name, pictures: count,
          isContinued: known.contains(name) || writer.continues(name)))
    }
    return lesson
  }

  private func learn(_ news: EmbeddingSet) throws {
    try embeddings.merge(news)
    taught = nil
  }

  /// Returns all embeddings as one lesson: for a classifier of earlier embeddings alone.
  public func lesson() -> Lesson {
    var lesson = Lesson()
    lesson.classes = embeddings.classes.map {
      .init(id: writer.id(of: $0.name, in: embeddings), label: $0.name, pictures: $0.count, isContinued: false)
    }
    return lesson
  }

  /// The accuracy to expect, by leave-one-out over the training pictures alone; nil where it is not known.
  ///
  /// - Throws: ``HeadError``, `LinearAlgebraError`.
  public var estimate: LeaveOneOut? {
    get throws { try taughtModel().solved?.leaveOneOut }
  }

  /// Classifies labelled pictures as the saved file would, and compares.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt``, and as
  ///   ``Classifier/evaluate(_:strict:profile:isolation:progress:skipped:)`` does.
  public func evaluate(
    _ classes: [LabelledPictures.Class], strict: Bool = false, profile: Profile? = nil,
    progress: @Sendable (Int) -> Void = { _ in }, skipped: @Sendable (PictureError) -> Void = { _ in }
  ) async throws -> Evaluation {
    let model = try profile.measure(.solving) { try taughtModel().model }
    // What was taught changes from lesson to lesson: its prepared forms are not kept.
    var execution = execution
    execution.cache = nil
    let classifier = try profile.measure(.opening) { try Classifier(model: model, execution: execution) }
    return try await classifier.evaluate(
      classes, strict: strict, profile: profile, progress: progress, skipped: skipped)
  }

  /// Returns the classifier of what was learnt so far.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt``, ``HeadError``, ``BaseClassCalibrationError``, `SurgeryError`.
  public func model() throws -> Model { try taughtModel().model }

  private func taughtModel() throws -> TaughtModel {
    if let taught { return taught }
    let made = try writer.classifier(of: embeddings)
    taught = made
    return made
  }
}

extension Teacher {
  /// Returns the label file of a model file: beside it, under its name with the ending `.txt`.
  public static func labelFile(for model: URL) -> URL {
    model.deletingPathExtension().appendingPathExtension("txt")
  }

  /// Returns the embeddings file of a model file: beside it, under its name with the ending `.embeddings`.
  public static func embeddingsFile(for model: URL) -> URL {
    model.deletingPathExtension().appendingPathExtension("embeddings")
  }

  /// Returns the embeddings file beside a model file, if there is one: that of ``embeddingsFile(for:)``, or else one that
  /// ends in `.seen`, as earlier versions wrote it.
  public static func existingEmbeddingsFile(for model: URL) -> URL? {
    [embeddingsFile(for: model), model.deletingPathExtension().appendingPathExtension("seen")]
      .first { FileManager.default.fileExists(atPath: $0.path) }
  }

  /// Checks before the work that the embeddings can be saved beside a model file.
  ///
  /// - Throws: ``ImprintingError/otherEmbeddings(path:difference:)`` where the file holds embeddings of the continued model
  ///   that the new ones cannot be added to, and would replace.
  public nonisolated func checkSaving(to file: URL) throws {
    _ = try record(of: EmbeddingSet(space: extractor.space), for: file)
  }

  /// Writes the model, and beside it its labels as `<id>  <label>` lines, in place of what stood there.
  ///
  /// - Parameters:
  ///   - file: The model's file.
  ///   - withEmbeddings: Whether to write the embeddings beside it, so that ``init(continuing:method:labels:resize:augmentation:from:budget:execution:)-(URL,_,_,_,_,_,_,_)``
  ///     can go on from them.
  /// - Returns: The label file, ``labelFile(for:)``.
  /// - Throws: ``ImprintingError/nothingLearnt``, ``HeadError``, ``ImprintingError/otherEmbeddings(path:difference:)``, and
  ///   `AtomicFileError` when a file cannot be written, or when two of them would be the same file.
  @discardableResult
  public func save(to file: URL, withEmbeddings: Bool = false) throws -> URL {
    let labelFile = Self.labelFile(for: file)
    guard labelFile.path != file.path else {
      throw AtomicFileError.cannotWrite(
        path: file.path, reason: "its labels would go into the same file; end it in .tflite")
    }
    let embeddingsFile = Self.embeddingsFile(for: file)
    if withEmbeddings, embeddingsFile.path == file.path {
      throw AtomicFileError.cannotWrite(
        path: file.path, reason: "its embeddings would go into the same file; end it in .tflite")
    }
    let record = withEmbeddings ? try record(of: embeddings, for: file) : nil
    try taughtModel().model.serialized().write(to: file)
    try AtomicFile(labelFile).write(labels.text)
    try record?.write(to: embeddingsFile)
    return labelFile
  }

  /// Writes the embeddings beside a model file, without the model: where the work has failed, for one.
  ///
  /// - Returns: The file, ``embeddingsFile(for:)``.
  /// - Throws: ``ImprintingError/otherEmbeddings(path:difference:)``, and `AtomicFileError` when the file cannot be written.
  @discardableResult
  public func saveEmbeddings(beside file: URL) throws -> URL {
    let embeddingsFile = Self.embeddingsFile(for: file)
    try record(of: embeddings, for: file).write(to: embeddingsFile)
    return embeddingsFile
  }

  /// Returns the embeddings to write beside a model file: with those of classes that the continued model already held.
  private nonisolated func record(of embeddings: EmbeddingSet, for file: URL) throws -> EmbeddingSet {
    guard let apart else { return embeddings }
    var both = EmbeddingSet(
      space: apart.set.space, budget: apart.budget ?? max(apart.set.budget, embeddings.budget))
    try both.merge(apart.set)
    do {
      try both.merge(embeddings)
      return both
    } catch let error as EmbeddingSetError {
      guard let difference = error.difference else { throw error }
      // Those of another place stay where they are; those of this one would be lost.
      let before = Self.embeddingsFile(for: apart.taught.file)
      guard Self.isSame(Self.embeddingsFile(for: file), before) else { return embeddings }
      throw ImprintingError.otherEmbeddings(
        path: (apart.taught.embeddingsFile ?? before).relativePath, difference: difference)
    }
  }

  private static func isSame(_ one: URL, _ other: URL) -> Bool {
    one.resolvingSymlinksInPath().standardizedFileURL.path == other.resolvingSymlinksInPath().standardizedFileURL.path
  }
}
