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
/// The network runs once for each view of a picture. The teacher stores the ``embeddings``, so classes can be added and
/// taught further at any time: only the head is solved again, which is fast.
public actor Teacher {
  /// The method that solves for the head.
  public nonisolated let method: any HeadMethod
  /// The frozen network.
  public nonisolated let extractor: Extractor
  /// How pictures are resized to the network's input.
  public nonisolated var resize: Resize { extractor.resize }
  /// How pictures were resized when the kept classes were taught; nil if the file does not record it or no class is kept.
  public nonisolated let earlierResize: Resize?
  /// The embeddings of the taught classes, from which the head is solved.
  public private(set) var embeddings: EmbeddingSet

  /// Embeddings of classes that the continued file already has, for which the teacher does not solve again.
  struct FileEmbeddings {
    let set: EmbeddingSet
    let taught: TaughtClassifier
    /// The budget of the set into which they are merged on saving; nil for the larger of the two budgets.
    let budget: Int?
    /// Whether their classes were added to those of a base model, so that they cannot be taught further.
    let isFixed: Bool
  }

  private nonisolated let executor = BlockingSerialExecutor()
  nonisolated let fileEmbeddings: FileEmbeddings?
  /// The taught classifier that is taught further, if there is one.
  nonisolated let continued: TaughtClassifier?
  let writer: any ClassifierWriter
  // The record of the file whose classes are kept.
  private nonisolated let earlierRecord: TeachingRecord?
  private let execution: Execution
  // The classifier made from the embeddings, created when it is first needed.
  private var taught: TaughtModel?

  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Opens a model to teach it classes.
  ///
  /// - Parameters:
  ///   - model: A classifier, a model with the imprinting tail, or a bare embedding extractor; by default ``DefaultModel``.
  ///   - method: The method that solves for the head; `Imprinted` writes Coral's layout.
  ///   - keepClasses: Whether to keep the model's classes.
  ///   - labels: The names of the kept classes; by default those in the file.
  ///   - resize: How pictures are resized to the network's input; by default as when the kept classes were taught, otherwise
  ///     `crop`.
  ///   - augmentation: The views of each picture that the teacher learns from.
  ///   - earlier: Embeddings to start from, of the same model and resize. Their augmentation replaces `augmentation`.
  ///   - budget: The bytes of embeddings beyond which the set stores only sums; by default `EmbeddingSet/defaultBudget`,
  ///     or the budget of `earlier` if it is larger.
  ///   - execution: How to run the model.
  /// - Throws: ``DefaultModelError/missing(path:)``, `EmbeddingSetError/otherSpace(_:)`,
  ///   ``ImprintingError/noClassesToKeep``, and the errors of
  ///   `Extractor/init(model:resize:augmentation:execution:)-(URL,_,_,_)`.
  public init(
    model: URL? = nil, method: any HeadMethod = Analytic(), keepClasses: Bool = false, labels: Labels? = nil,
    resize: Resize? = nil, augmentation: Augmentation = .off, from earlier: EmbeddingSet? = nil, budget: Int? = nil,
    execution: Execution = Execution()
  ) throws {
    try self.init(
      Model(contentsOf: DefaultModel.url(orGiven: model)), method: method, keepClasses: keepClasses, labels: labels,
      resize: resize, augmentation: augmentation, from: earlier,
      budget: budget ?? Self.budget(for: [earlier].compactMap { $0 }), continuing: nil, fileEmbeddings: nil,
      execution: execution)
  }

  /// Opens a taught classifier to teach it further; it keeps its classes.
  ///
  /// Where the embeddings beside the model cover all its classes, the head is solved again from these and the new embeddings.
  /// Otherwise the classes come from the model file: in Coral's layout new pictures are added to the stored sums, and in the
  /// usual layout new classes are added to those of the model.
  ///
  /// - Parameters:
  ///   - taught: The classifier.
  ///   - method: The method that solves for the head; by default ``TaughtClassifier/method``.
  ///   - labels: The names of the kept classes; by default those in the file.
  ///   - resize: How pictures are resized to the network's input; by default as when the classifier was taught.
  ///   - augmentation: The views of each picture; by default those of the embeddings file, otherwise one view.
  ///   - embeddings: More embeddings to start from, of the same model and resize.
  ///   - budget: The bytes of embeddings beyond which the set stores only sums; by default `EmbeddingSet/defaultBudget`,
  ///     or the largest budget of the earlier embeddings if it is larger.
  ///   - execution: How to run the model.
  /// - Throws: ``ImprintingError/otherAugmentation(_:before:path:)``, and the errors of
  ///   ``init(model:method:keepClasses:labels:resize:augmentation:from:budget:execution:)``.
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
    var fileEmbeddings: FileEmbeddings?
    if continued == nil, let set = taught.embeddingSet {
      let isFixed = if case .some = taught.embeddings { !taught.isImprinted } else { false }
      fileEmbeddings = FileEmbeddings(set: set, taught: taught, budget: budget, isFixed: isFixed)
    }
    try self.init(
      taught.model, method: method, keepClasses: continued == nil, labels: labels, resize: resize,
      augmentation: augmentation ?? taught.embeddingSet?.space.augmentation ?? .off, from: earlier, budget: room,
      continuing: taught, fileEmbeddings: fileEmbeddings, execution: execution)
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
    augmentation: Augmentation, from earlier: EmbeddingSet?, budget: Int, continuing continued: TaughtClassifier?,
    fileEmbeddings: FileEmbeddings?, execution: Execution
  ) throws {
    let earlierRecord = keepClasses ? model.teachingRecord : nil
    var model = try execution.normalized(model.runnableForm ?? model)
    // A sigmoid with one output has no logits to which those of new classes could be compared.
    if keepClasses { model = try model.withTwoClasses() ?? model }
    var execution = execution
    let runtime = try execution.runtime ?? Runtime()
    execution.runtime = runtime
    var embedding = execution
    // Only embeddings of the same arithmetic can be merged.
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
    self.earlierRecord = earlierRecord
    self.continued = continued
    self.fileEmbeddings = fileEmbeddings
    self.execution = execution
  }

  /// Returns the default budget, or the largest budget of the sets if it is larger, so that merging drops no embeddings.
  private static func budget(for sets: [EmbeddingSet]) -> Int {
    sets.reduce(EmbeddingSet.defaultBudget) { max($0, $1.budget) }
  }

  /// The names of all classes, the kept classes first.
  public var labels: Labels { writer.labels(with: embeddings) }

  /// The number of all classes.
  public var classCount: Int { writer.classCount(with: embeddings) }

  /// Learns classes from a folder with one folder of pictures per class, or from a list of `path,label` lines.
  ///
  /// - Throws: `LabelledPicturesError`, and the errors of ``learn(_:strict:keepsPartial:groups:cache:profile:progress:)``.
  @discardableResult
  public func learn(from data: URL) async throws -> Lesson {
    try await learn(LabelledPictures(data).classes)
  }

  /// Learns classes from their pictures.
  ///
  /// If a class of the same name was already taught, it is taught further; other names create new classes. A class is left
  /// out if none of its pictures can be read.
  ///
  /// - Parameters:
  ///   - classes: The classes and their pictures.
  ///   - strict: Whether to throw for a picture that cannot be read; nothing is learnt in that case.
  ///   - keepsPartial: Whether to add the embeddings computed so far to ``embeddings`` if the work fails, for example because
  ///     a device is unplugged.
  ///   - groups: The groups of pictures that show the same thing, which leave-one-out leaves out together.
  ///   - cache: A cache of embeddings, so that only pictures are embedded that are not in it; nil for none.
  ///   - profile: Records the time of each step.
  ///   - progress: Called after each picture with the number of pictures done.
  /// - Returns: The classes learnt, and the pictures that could not be read.
  /// - Throws: ``ImprintingError/baseClass(_:name:)`` for a class that has the name of a base class,
  ///   ``ImprintingError/taughtBesideBase(_:path:)``, ``ImprintingError/noneReadable(_:)``, `PictureError` if strict,
  ///   `LiteRTError`, and `CancellationError`.
  @discardableResult
  public func learn(
    _ classes: [LabelledPictures.Class], strict: Bool = false, keepsPartial: Bool = false, groups: [URL: String] = [:],
    cache: EmbeddingCache? = nil, profile: Profile? = nil, progress: @Sendable (Int) -> Void = { _ in }
  ) async throws -> Lesson {
    let list = classes.indices.flatMap { place in classes[place].pictures.map { (place, $0) } }
    return try await learn(
      names: classes.map(\.name), places: list.map(\.0), source: .files(list.map(\.1)), strict: strict,
      keepsPartial: keepsPartial, groups: groups, cache: cache, profile: profile, progress: progress)
  }

  /// Learns classes from pictures in memory, raw pixels of any size, such as frames of a camera.
  ///
  /// ```swift
  /// try await teacher.learn([("mug", frames)])
  /// ```
  ///
  /// - Parameters:
  ///   - classes: The classes and their pictures.
  ///   - keepsPartial: As for picture files.
  ///   - profile: Records the time of each step.
  ///   - progress: Called after each picture with the number of pictures done.
  /// - Returns: The classes learnt.
  /// - Throws: The errors of ``learn(_:strict:keepsPartial:groups:cache:profile:progress:)``.
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

  /// Learns classes from pictures in memory that have the size of the network's input.
  ///
  /// - Parameters:
  ///   - classes: The classes and their pictures.
  ///   - keepsPartial: As for picture files.
  ///   - profile: Records the time of each step.
  ///   - progress: Called after each picture with the number of pictures done.
  /// - Returns: The classes learnt.
  /// - Throws: `InferenceError/augmentationOfDecoded(_:)`,
  ///   `InferenceError/wrongPictureSize(width:height:expectedWidth:expectedHeight:)`, and the errors of
  ///   ``learn(_:strict:keepsPartial:groups:cache:profile:progress:)``.
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
  /// The work begins at once. Leaving the loop or cancelling its task ends the work, and nothing is learnt.
  ///
  /// - Parameters: As for ``learn(_:strict:keepsPartial:groups:cache:profile:progress:)``, whose errors the sequence throws.
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

  /// Learns pictures; `places` holds the index of each picture's class in `names`.
  package func learn(
    names: [String], places: [Int], source: PictureSource, strict: Bool, keepsPartial: Bool,
    groups: [URL: String] = [:], cache: EmbeddingCache? = nil, profile: Profile?, progress: @Sendable (Int) -> Void
  ) async throws -> Lesson {
    if let file = fileEmbeddings, file.isFixed, let name = names.first(where: { file.set.place(of: $0) != nil }) {
      throw ImprintingError.taughtBesideBase(name, path: file.taught.embeddingsFile?.relativePath ?? "")
    }
    try writer.check(names: names)
    // These are merged only when complete: other calls may change `embeddings` in the meantime.
    var news = EmbeddingSet(space: extractor.space, budget: embeddings.budget)
    var counts = names.map { _ in 0 }
    var lesson = Lesson()
    let add = { (index: Int, result: Result<EmbeddedPicture, PictureError>) throws in
      switch result {
      case .success(var picture):
        if !groups.isEmpty, case .files(let files) = source { picture.group = groups[files[index]] }
        if try news.add(picture, to: names[places[index]]) {
          counts[places[index]] += 1
        } else {
          lesson.copies += 1
        }
      case .failure(let error):
        if strict { throw error }
        lesson.skipped.append(error)
      }
      progress(index + 1)
    }
    do {
      if let cache, case .files(let files) = source {
        lesson.cacheUse = try await cache.embed(files, by: extractor, profile: profile, deliver: add)
      } else {
        try await extractor.embed(source, profile: profile, deliver: add)
      }
    } catch {
      if keepsPartial, !(error is CancellationError) { try? learn(news) }
      throw error
    }
    guard news.pictures > 0 else { throw ImprintingError.noneReadable(lesson.skipped) }
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

  /// Returns a lesson of all embeddings, for a classifier made only from earlier embeddings.
  public func lesson() -> Lesson {
    var lesson = Lesson()
    lesson.classes = embeddings.classes.map {
      .init(id: writer.id(of: $0.name, in: embeddings), label: $0.name, pictures: $0.count, isContinued: false)
    }
    return lesson
  }

  /// The expected accuracy, from leave-one-out over the training pictures; nil where it cannot be computed.
  ///
  /// - Throws: `HeadError`, `LinearAlgebraError`.
  public var estimate: LeaveOneOut? {
    get throws { try taughtModel().solved?.leaveOneOut }
  }

  /// The accuracy in a few folds, each classified by a head of the method that was solved from the other folds.
  ///
  /// - Throws: The errors of `FoldedValidation/run(_:method:)`.
  public func validation(_ folds: FoldedValidation) throws -> LeaveOneOut {
    try folds.run(embeddings, method: (method as? Analytic).map { _ in Analytic(findsNovelty: false) } ?? method)
  }

  /// The rule by which the classifier calls pictures unknown, with the share of pictures of the taught classes that it calls
  /// so; nil where it calls none unknown: with kept base classes, in Coral's layout, with only sums, and where no class has
  /// three pictures.
  ///
  /// - Throws: As ``estimate`` does, and `StoredNoveltyError`.
  public var unknownRule: UnknownRule? {
    get throws { try taughtModel().model.unknownRule }
  }

  /// Classifies labelled pictures as the saved file would, and compares the predicted classes with the labels.
  ///
  /// - Parameters: As for ``Classifier/evaluate(_:strict:cache:profile:isolation:progress:skipped:)``.
  /// - Throws: ``ImprintingError/nothingLearnt``, and the errors of
  ///   ``Classifier/evaluate(_:strict:cache:profile:isolation:progress:skipped:)``.
  public func evaluate(
    _ classes: [LabelledPictures.Class], strict: Bool = false, cache: EmbeddingCache? = nil, profile: Profile? = nil,
    progress: @Sendable (Int) -> Void = { _ in }, skipped: @Sendable (PictureError) -> Void = { _ in }
  ) async throws -> Evaluation {
    let model = try profile.measure(.solving) { try taughtModel().model }
    // The model changes with each lesson, so caching its prepared forms is no use.
    var execution = execution
    execution.cache = nil
    let classifier = try profile.measure(.opening) { try Classifier(model: model, execution: execution) }
    let plain = extractor.space.augmentation == .off ? extractor : nil
    return try await classifier.evaluate(
      classes, strict: strict, cache: cache, extractor: plain, profile: profile, progress: progress, skipped: skipped)
  }

  /// Returns the classifier with all classes learnt so far.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt``, `HeadError`, `BaseClassCalibrationError`, `SurgeryError`.
  public func model() throws -> Model { try taughtModel().model }

  func taughtModel() throws -> TaughtModel {
    if let taught { return taught }
    var made = try writer.classifier(of: embeddings)
    try made.model.setTeachingRecord(record(of: made))
    taught = made
    return made
  }

  /// Returns the record of a classifier, whose date is that of the environment variable `SOURCE_DATE_EPOCH`.
  private func record(of made: TaughtModel) -> TeachingRecord {
    var counts = (0..<classCount).map { id in
      earlierRecord.flatMap { $0.counts.indices.contains(id) ? $0.counts[id] : nil }
    }
    for known in embeddings.classes {
      let id = writer.id(of: known.name, in: embeddings)
      if counts.indices.contains(id) { counts[id] = (counts[id] ?? 0) + known.count }
    }
    return TeachingRecord(
      embeddings, counts: counts, method: Swift.type(of: method).name, estimate: made.solved?.leaveOneOut,
      continuesSums: method is Imprinted, seconds: EnvironmentVariable.value("SOURCE_DATE_EPOCH"))
  }
}
