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

/// Teaches a model new classes by weight imprinting (Qi, Brown and Lowe, CVPR 2018), with the behaviour and the file
/// layout of Coral's `ImprintingEngine`.
///
/// The embedding x of a picture is the output of the model's L2_NORMALIZATION. A class's row of the last layer is
/// w = Σx / ‖Σx‖ over its pictures, so that a picture's score is the cosine to its class's mean direction. Nothing is
/// trained by descent, and pictures can be added at any time: training in pieces, in any order and over any number of
/// saved files, gives the same file as training at once.
///
/// Besides models with Coral's tail the engine takes a bare embedding extractor, whose output is one vector, and puts the
/// tail behind it. The arithmetic is always the file's own.
///
/// ```swift
/// let engine = try ImprintingEngine(model: URL(filePath: "mobilenet_v1_1.0_224_l2norm_quant.tflite"))
/// try await engine.train([cat1, cat2], classID: 0)
/// try await engine.save(to: URL(filePath: "cats.tflite"))
/// ```
public actor ImprintingEngine {
  /// The picture that the model takes.
  public nonisolated let input: PictureInput
  /// The number of elements of an embedding. Coral: `embedding_dim`.
  public nonisolated let embeddingDimension: Int
  /// The model up to its embedding, as a model of its own. Coral: `serialize_extractor_model`.
  public nonisolated let extractor: Model

  nonisolated let tail: ImprintingTail
  // What stands behind the features where the tail normalises them, if anything.
  nonisolated let constantElement: Float?
  private nonisolated let runner: ModelRunner
  private let base: Model
  private let classCountAtOpening: Int
  private let execution: Execution
  private var classes: [ImprintedClass] = []
  private var resize: Resize?
  // The model with the classes as they are, made when it is first asked.
  private var current: Classifier?

  /// Opens a model file. Coral: `ImprintingEngine(model_path, keep_classes)`.
  ///
  /// - Parameters:
  ///   - model: The file.
  ///   - keepClasses: Whether the model's classes stay. Those that were imprinted, by this engine or by Coral's tools, can
  ///     then be trained further; those of the base cannot.
  ///   - labels: Names of the kept classes; by default those that the file carries.
  ///   - execution: How it is run; always in the file's own arithmetic, so that results are the same on every processor.
  /// - Throws: ``TFLiteError`` when the file is no sound model; ``SurgeryError/noImprintingTail(found:because:)`` and
  ///   others with what was found and what is needed; ``ImprintingError/noClassesToKeep`` of a bare extractor;
  ///   ``InferenceError/needsEdgeTPU(operators:reason:)``; ``LiteRTError``.
  public init(
    model: URL, keepClasses: Bool = false, labels: Labels? = nil, execution: Execution = Execution()
  ) throws {
    try self.init(
      bytes: Bytes(mapping: model), keepClasses: keepClasses, labels: labels, execution: execution)
  }

  /// Opens a model in memory; see ``init(model:keepClasses:labels:execution:)``.
  public init(
    bytes: Bytes, keepClasses: Bool = false, labels: Labels? = nil, execution: Execution = Execution()
  ) throws {
    let model = try Model(bytes: bytes)
    try model.checkRunnable()
    (base, tail) = try Self.withTail(model, keepClasses: keepClasses)
    if keepClasses, base.hasEmptyHead(tail) { throw ImprintingError.noClassesToKeep }
    embeddingDimension = tail.dimension
    constantElement = base.constantElement(of: tail)
    extractor = try base.cut(at: tail.embedding).withoutImprinted
    var execution = execution.exactly
    execution.runtime = try execution.runtime ?? Runtime()
    runner = try ModelRunner(
      model: extractor, file: Bytes(extractor.serialized().bytes()), execution: execution)
    input = runner.input
    self.execution = execution
    resize = base.imprintedResize
    let kept = keepClasses ? Self.classes(of: base, tail: tail, labels: labels) : []
    classes = kept
    classCountAtOpening = kept.count
  }

  /// The model with its tail: its own, or, of a bare extractor, the one that is put behind it.
  private static func withTail(_ model: Model, keepClasses: Bool) throws -> (Model, ImprintingTail) {
    do {
      return (model, try ImprintingTail(of: model))
    } catch let missing {
      let whole: Model
      do {
        whole = try model.appendingImprintingTail()
      } catch SurgeryError.noImprintingTail {
        // Of a classifier, what its tail lacks says more.
        throw missing
      }
      guard !keepClasses else { throw ImprintingError.noClassesToKeep }
      return (whole, try ImprintingTail(of: whole))
    }
  }

  /// The classes of a model, with what is known of how they were imprinted.
  private static func classes(of model: Model, tail: ImprintingTail, labels: Labels?) -> [ImprintedClass] {
    let norms = CoralDescription(model.description).norms
    let sums = model.believedSums(of: tail)
    let labels = labels ?? model.carriedLabels ?? Labels()
    let biases = model.biases(of: tail)
    return model.rows(of: tail).enumerated().map { id, row in
      var known = ImprintedClass(
        base: .init(weights: row, bias: biases.indices.contains(id) ? biases[id] : nil), name: labels.names[id])
      if let norm = norms[id] {
        known.storedNorm = norm
        known.sum = sums[id] ?? resumed(row: row, norm: Double(norm) ?? 0, tail: tail)
        known.isRecorded = sums[id] != nil
      }
      return known
    }
  }

  /// Σx as Coral resumes it: the stored row times the norm; where embeddings are whole steps, in whole steps.
  private static func resumed(row: Bytes, norm: Double, tail: ImprintingTail) -> EmbeddingSum {
    let values = row.withUnsafeBytes { tail.rowEncoding.values($0) }
    let unit = Double(tail.embeddingEncoding.unit)
    let steps = values.map { Double($0) * norm / unit }
    let isWhole = tail.embeddingEncoding != .float32
    return EmbeddingSum(steps: isWhole ? steps.map { $0.rounded() } : steps, count: nil)
  }

  /// How many classes there are now. Coral: `num_classes`.
  public var classCount: Int { classes.count }

  /// The names of the classes, as far as they are known.
  public var labels: Labels {
    Labels(
      classes.enumerated().reduce(into: [:]) { names, entry in names[entry.offset] = entry.element.name })
  }

  /// Whether a class was made by imprinting and can be trained further.
  public func isImprinted(_ classID: Int) -> Bool {
    classes.indices.contains(classID) && classes[classID].sum != nil
  }

  /// Names a class.
  ///
  /// - Throws: ``ImprintingError/classIDOutOfOrder(_:next:)`` when there is no such class, or
  ///   ``ImprintingError/badName(_:)`` of a name that a label file cannot hold.
  public func setName(_ name: String, of classID: Int) throws(ImprintingError) {
    guard Labels.isName(name) else { throw .badName(name) }
    guard classes.indices.contains(classID) else { throw .classIDOutOfOrder(classID, next: classes.count) }
    classes[classID].name = name
    current = nil
  }

  /// Notes how pictures were brought to the model's size, for those who will classify with the file.
  public func setResize(_ resize: Resize) {
    self.resize = resize
    current = nil
  }

  /// Trains classes by their names: those that were imprinted before are gone on with, others are new.
  ///
  /// - Parameter lessons: A name and the sum of its embeddings for each class; sums of the same name are added up.
  /// - Returns: The id of each class and whether it was there before, in the order of the lessons.
  /// - Throws: ``ImprintingError/baseClass(_:name:)``, ``ImprintingError/badName(_:)``, and as
  ///   ``train(_:classID:)-(EmbeddingSum,_)`` does; nothing is learnt then.
  @discardableResult
  public func train(
    named lessons: [(name: String, sum: EmbeddingSum)]
  ) throws -> [(id: Int, isContinued: Bool)] {
    try checkTrainable(names: lessons.map(\.name))
    for lesson in lessons { try check(lesson.sum) }
    var known = labels
    let before = classes.count
    return try lessons.map { lesson in
      let id = known.id(of: lesson.name) ?? classes.count
      try train(lesson.sum, classID: id)
      try setName(lesson.name, of: id)
      known.names[id] = lesson.name
      return (id, id < before)
    }
  }

  /// Checks that classes of these names can be trained.
  ///
  /// - Throws: ``ImprintingError/baseClass(_:name:)`` of a name that a class of the base has, or
  ///   ``ImprintingError/badName(_:)``.
  public func checkTrainable(names: [String]) throws(ImprintingError) {
    let known = labels
    for name in names {
      guard Labels.isName(name) else { throw .badName(name) }
      if let id = known.id(of: name), !isImprinted(id) { throw .baseClass(id, name: name) }
    }
  }

  /// Trains one class with pictures of the model's size. Coral: `train(images, class_id)`.
  ///
  /// - Parameters:
  ///   - pictures: The pictures.
  ///   - classID: The class: one that was imprinted before, or the next free id, which makes a new one.
  /// - Throws: ``ImprintingError/classIDOutOfOrder(_:next:)``, ``ImprintingError/baseClass(_:name:)``,
  ///   ``ImprintingError/noPictures``, ``InferenceError/wrongPictureSize(width:height:expectedWidth:expectedHeight:)`` or
  ///   ``LiteRTError``. Nothing is learnt then.
  public func train(_ pictures: [PixelTensor], classID: Int) async throws {
    try checkTrainable(classID)
    let sums = try await sums(of: [pictures])
    try train(sums[0], classID: classID)
  }

  /// Trains several classes at once. Coral: `train_all`.
  ///
  /// Classes are numbered from the count at opening: called again, it goes on with the same classes.
  ///
  /// - Parameter categories: The pictures of each class.
  /// - Returns: The ids of the classes, in the order of the categories.
  /// - Throws: As ``train(_:classID:)-([PixelTensor],_)`` does; nothing is learnt then.
  @discardableResult
  public func trainAll(_ categories: [[PixelTensor]]) async throws -> Range<Int> {
    let sums = try await sums(of: categories)
    let ids = classCountAtOpening..<classCountAtOpening + categories.count
    for (id, sum) in zip(ids, sums) { try train(sum, classID: id) }
    return ids
  }

  /// Trains one class with one embedding, in real numbers. PyCoral: `train(embedding, class_id)`.
  ///
  /// Numbers within 1/10000 of a step of the model's own embeddings are taken as that step.
  ///
  /// - Throws: ``EmbeddingError/wrongCount(count:expected:)``, ``EmbeddingError/notFinite`` and as
  ///   ``train(_:classID:)-([PixelTensor],_)`` does; nothing is learnt then.
  public func train(embedding: [Float], classID: Int) throws {
    let unit = tail.embeddingEncoding.unit
    let steps = embedding.map { value -> Float in
      let step = value / unit
      let whole = step.rounded()
      return tail.embeddingEncoding != .float32 && abs(step - whole) < 1e-4 ? whole : step
    }
    var sum = EmbeddingSum(dimension: embeddingDimension)
    try sum.add(Embedding(steps: steps, unit: unit))
    try train(sum, classID: classID)
  }

  /// Trains one class with the sum of any number of its embeddings.
  ///
  /// - Throws: ``ImprintingError``; nothing is learnt then.
  public func train(_ sum: EmbeddingSum, classID: Int) throws {
    try checkTrainable(classID)
    try check(sum)
    if classID == classes.count {
      classes.append(ImprintedClass(sum: sum, name: nil))
    } else {
      try classes[classID].add(sum)
    }
    current = nil
  }

  private nonisolated func check(_ sum: EmbeddingSum) throws {
    guard sum.steps.count == embeddingDimension else {
      throw EmbeddingError.wrongCount(count: sum.steps.count, expected: embeddingDimension)
    }
    guard sum.steps.allSatisfy(\.isFinite) else { throw EmbeddingError.notFinite }
    guard sum.count != 0 else { throw ImprintingError.noPictures }
  }

  private func checkTrainable(_ classID: Int) throws(ImprintingError) {
    guard classID >= 0, classID <= classes.count else { throw .classIDOutOfOrder(classID, next: classes.count) }
    if classID < classes.count, classes[classID].sum == nil {
      throw .baseClass(classID, name: classes[classID].name)
    }
  }

  /// The embeddings of picture files, on all cores, in order.
  ///
  /// - Parameters:
  ///   - pictures: The files.
  ///   - resize: How they are brought to the model's size.
  ///   - deliver: Takes a picture's number and its embedding, or why it could not be read; called in order.
  /// - Throws: ``LiteRTError``, what `deliver` throws, and `CancellationError`.
  public func embed(
    _ pictures: [URL], resize: Resize = .crop, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<Embedding, PictureError>) throws -> Void
  ) async throws {
    let reader = try PictureReader(width: input.width, height: input.height, resize: resize)
    try await runner.run(
      count: pictures.count, write: { index, bytes in try reader.read(pictures[index], into: bytes) },
      read: { [output = runner.output] in Embedding(steps: output.steps($0), unit: output.unit) },
      deliver: deliver)
  }

  /// The embedding of each picture in memory, in order.
  ///
  /// - Throws: ``InferenceError/wrongPictureSize(width:height:expectedWidth:expectedHeight:)`` or ``LiteRTError``.
  public nonisolated func embed(_ pictures: [PixelTensor]) async throws -> [Embedding] {
    for picture in pictures { try input.check(picture) }
    var embeddings: [Embedding] = []
    try await runner.run(
      count: pictures.count,
      write: { index, bytes in pictures[index].withUnsafeBytes { bytes.copyMemory(from: $0) } },
      read: { [output = runner.output] in Embedding(steps: output.steps($0), unit: output.unit) },
      deliver: { _, result in embeddings.append(try result.get()) })
    return embeddings
  }

  private nonisolated func sums(of categories: [[PixelTensor]]) async throws -> [EmbeddingSum] {
    guard !categories.isEmpty, categories.allSatisfy({ !$0.isEmpty }) else { throw ImprintingError.noPictures }
    var embeddings = try await embed(categories.flatMap { $0 })[...]
    return try categories.map { pictures in
      var sum = EmbeddingSum(dimension: embeddingDimension)
      for embedding in embeddings.prefix(pictures.count) { try sum.add(embedding) }
      embeddings = embeddings.dropFirst(pictures.count)
      return sum
    }
  }

  /// The best classes of a picture of the model's size, by what was learnt so far.
  /// Coral: `classify_with_resized_image`.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt``, and as ``Classifier/classify(_:threshold:topK:)`` does.
  public func classify(
    _ picture: PixelTensor, threshold: Float = 0.1, topK: Int = 3
  ) async throws -> [Classification] {
    try await classifier().classify(picture, threshold: threshold, topK: topK)
  }

  /// The best classes of an input tensor's bytes, by what was learnt so far. Coral: `classify_with_input_tensor`.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt``, and as ``Classifier/classify(tensor:threshold:topK:)`` does.
  public func classify(tensor: [UInt8], threshold: Float = 0, topK: Int = 3) throws -> [Classification] {
    let classifier = try classifier()
    return try tensor.withUnsafeBytes { try classifier.classify(tensor: $0, threshold: threshold, topK: topK) }
  }

  /// A classifier of what was learnt so far; later training does not change it.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt``, ``LiteRTError``.
  public func classifier() throws -> Classifier {
    if let current { return current }
    let made = try Classifier(bytes: Bytes(serialized().bytes()), execution: execution)
    current = made
    return made
  }

  /// The model with all classes learnt so far. Coral: `serialize_model`.
  ///
  /// Rows and biases of the base are those of the file, byte for byte. The description holds a line `<class id> <norm>`
  /// for each imprinted class, as Coral's tools read it.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt`` when there is no class at all, ``TFLiteError`` when the base is newer than
  ///   the schema known here.
  public func model() throws -> Model {
    guard !classes.isEmpty else { throw ImprintingError.nothingLearnt }
    var kernel: [UInt8] = []
    kernel.reserveCapacity(classes.count * tail.dimension * tail.rowEncoding.byteCount)
    var biases: [UInt8] = []
    var description = CoralDescription()
    var sums: [Int: EmbeddingSum] = [:]
    for (id, known) in classes.enumerated() {
      kernel += known.row(tail.rowEncoding)
      biases += known.stored?.bias.map(Array.init) ?? [0, 0, 0, 0]
      description.norms[id] = known.norm(unit: tail.embeddingEncoding.unit)
      if let sum = known.sum, known.isRecorded { sums[id] = sum }
    }
    var model = try base.replacingRows(
      of: tail, kernel: Bytes(kernel), biases: Bytes(biases), classCount: classes.count)
    model.description = description.text
    try model.setImprinted(
      labels: labels.lines(count: classes.count), sums: StoredSums(dimension: tail.dimension, sums: sums),
      resize: resize)
    return model
  }

  /// The model with all classes learnt so far, as a file's bytes.
  ///
  /// - Throws: As ``model()`` does.
  public func serialized() throws -> SerializedModel { try model().serialized() }

  /// Writes the model with all classes learnt so far. Coral: `save_model`.
  ///
  /// The file is written beside its place and moved there when it is whole: what was there stays until then.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt``, and ``TFLiteError`` when the file cannot be written.
  public func save(to file: URL) throws {
    try serialized().write(to: file)
  }
}
