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

/// Teaches a model new classes by weight imprinting (Qi, Brown and Lowe, CVPR 2018), with the behaviour and the file
/// layout of Coral's `ImprintingEngine`.
///
/// The embedding x of a picture is the output of the model's L2_NORMALIZATION. A class's row of the last layer is
/// w = Σx / ‖Σx‖ over its pictures, so that a picture's score is the cosine to its class's mean direction. Nothing is
/// trained by gradient descent, and pictures can be added at any time: training in pieces, in any order and over any number
/// of saved files, gives the same file as training at once.
///
/// Besides models with Coral's tail the engine takes a bare embedding extractor, whose output is one vector, and puts the
/// tail behind it. The arithmetic is always exact.
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

  private nonisolated let runner: ModelRunner
  private nonisolated let executor = BlockingSerialExecutor()
  private let classCountAtOpening: Int
  private let execution: Execution
  private var imprinted: ImprintedModel {
    didSet { current = nil }
  }
  // A classifier with the classes as they are, made when it is first needed.
  private var current: Classifier?

  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Opens a model file. Coral: `ImprintingEngine(model_path, keep_classes)`.
  ///
  /// - Parameters:
  ///   - model: The file.
  ///   - keepClasses: Whether to keep the model's classes. Those that were imprinted, by this engine or by Coral's tools, can
  ///     then be trained further; those of the base cannot.
  ///   - labels: Names of the kept classes; by default those that the file carries.
  ///   - execution: How to run it; always in exact arithmetic, so that results are the same on every processor.
  /// - Throws: ``TFLiteError`` when the file is no valid model; ``SurgeryError/noImprintingTail(found:because:)`` and
  ///   others with what was found and what is needed; ``ImprintingError/noClassesToKeep`` for a bare extractor;
  ///   ``InferenceError/needsEdgeTPU(operators:reason:)``; ``LiteRTError``.
  public init(
    model: URL, keepClasses: Bool = false, labels: Labels? = nil, execution: Execution = Execution()
  ) throws {
    try self.init(
      model: Model(contentsOf: model), keepClasses: keepClasses, labels: labels, execution: execution)
  }

  /// Opens the bytes of a model file; see ``init(model:keepClasses:labels:execution:)-(URL,_,_,_)``.
  public init(
    bytes: Bytes, keepClasses: Bool = false, labels: Labels? = nil, execution: Execution = Execution()
  ) throws {
    try self.init(model: Model(bytes: bytes), keepClasses: keepClasses, labels: labels, execution: execution)
  }

  /// Opens a model in memory; see ``init(model:keepClasses:labels:execution:)-(URL,_,_,_)``.
  public init(
    model: Model, keepClasses: Bool = false, labels: Labels? = nil, execution: Execution = Execution()
  ) throws {
    let imprinted = try ImprintedModel(model, keepClasses: keepClasses, labels: labels)
    extractor = try imprinted.extractor
    embeddingDimension = imprinted.tail.dimension
    var execution = execution.exactly
    execution.runtime = try execution.runtime ?? Runtime()
    runner = try ModelRunner(model: extractor, execution: execution)
    input = runner.input
    self.execution = execution
    self.imprinted = imprinted
    classCountAtOpening = imprinted.classes.count
  }

  /// The number of classes. Coral: `num_classes`.
  public var classCount: Int { imprinted.classes.count }

  /// The names of the classes, as far as they are known.
  public var labels: Labels { imprinted.labels }

  /// Returns whether a class was imprinted and can be trained further.
  public func isImprinted(_ classID: Int) -> Bool { imprinted.isImprinted(classID) }

  /// Names a class.
  ///
  /// - Throws: ``ImprintingError/classIDOutOfOrder(_:next:)`` when there is no such class, or
  ///   ``ImprintingError/badName(_:)`` for a name that a label file cannot hold.
  public func setName(_ name: String, of classID: Int) throws(ImprintingError) {
    try imprinted.setName(name, of: classID)
  }

  /// Records how pictures were resized, for those who will classify with the file.
  public func setResize(_ resize: Resize) { imprinted.resize = resize }

  /// Trains classes by their names: those that were imprinted before are trained further, others are new.
  ///
  /// - Parameter lessons: A name and the sum of its embeddings for each class; sums of the same name are added up.
  /// - Returns: The id of each class and whether it was there before, in the order of the lessons.
  /// - Throws: ``ImprintingError/baseClass(_:name:)``, ``ImprintingError/badName(_:)``, and as
  ///   ``train(_:classID:)-(EmbeddingSum,_)`` does; nothing is learnt then.
  @discardableResult
  public func train(
    named lessons: [(name: String, sum: EmbeddingSum)]
  ) throws -> [(id: Int, isContinued: Bool)] {
    try imprinted.train(named: lessons)
  }

  /// Checks that classes of these names can be trained.
  ///
  /// - Throws: ``ImprintingError/baseClass(_:name:)`` for a name that a class of the base has, or
  ///   ``ImprintingError/badName(_:)``.
  public func checkTrainable(names: [String]) throws(ImprintingError) { try imprinted.check(names: names) }

  /// Trains one class with pictures of the model's size. Coral: `train(images, class_id)`.
  ///
  /// - Parameters:
  ///   - pictures: The pictures.
  ///   - classID: The class: one that was imprinted before, or the next free id, which makes a new one.
  /// - Throws: ``ImprintingError/classIDOutOfOrder(_:next:)``, ``ImprintingError/baseClass(_:name:)``,
  ///   ``ImprintingError/noPictures``, ``InferenceError/wrongPictureSize(width:height:expectedWidth:expectedHeight:)`` or
  ///   ``LiteRTError``. Nothing is learnt then.
  public func train(_ pictures: [PixelTensor], classID: Int) async throws {
    try imprinted.check(classID)
    let sums = try await sums(of: [pictures])
    try imprinted.train(sums[0], classID: classID)
  }

  /// Trains several classes at once. Coral: `train_all`.
  ///
  /// Classes are numbered from the count at opening: a second call trains the same classes further.
  ///
  /// - Parameter categories: The pictures of each class.
  /// - Returns: The ids of the classes, in the order of the categories.
  /// - Throws: As ``train(_:classID:)-([PixelTensor],_)`` does; nothing is learnt then.
  @discardableResult
  public func trainAll(_ categories: [[PixelTensor]]) async throws -> Range<Int> {
    let sums = try await sums(of: categories)
    let ids = classCountAtOpening..<classCountAtOpening + categories.count
    for (id, sum) in zip(ids, sums) { try imprinted.train(sum, classID: id) }
    return ids
  }

  /// Trains one class with one embedding, in real numbers. PyCoral: `train(embedding, class_id)`.
  ///
  /// Numbers within 1/10000 of a step of the model's own embeddings are taken as that step.
  ///
  /// - Throws: ``EmbeddingError/wrongCount(count:expected:)``, ``EmbeddingError/notFinite`` and as
  ///   ``train(_:classID:)-([PixelTensor],_)`` does; nothing is learnt then.
  public func train(embedding: [Float], classID: Int) throws {
    let encoding = imprinted.tail.embeddingEncoding
    let steps = embedding.map { value -> Float in
      let step = value / encoding.unit
      let whole = step.rounded()
      return encoding != .float32 && abs(step - whole) < 1e-4 ? whole : step
    }
    var sum = EmbeddingSum(dimension: embeddingDimension)
    try sum.add(Embedding(steps: steps, unit: encoding.unit))
    try imprinted.train(sum, classID: classID)
  }

  /// Trains one class with the sum of any number of its embeddings.
  ///
  /// - Throws: ``ImprintingError``; nothing is learnt then.
  public func train(_ sum: EmbeddingSum, classID: Int) throws { try imprinted.train(sum, classID: classID) }

  /// Embeds picture files, on all cores, in order.
  ///
  /// - Parameters:
  ///   - pictures: The files.
  ///   - resize: How they are resized to the model's input.
  ///   - deliver: Takes a picture's place and its embedding, or why it could not be read; called in order.
  /// - Throws: ``LiteRTError``, what `deliver` throws, and `CancellationError`.
  public func embed(
    _ pictures: [URL], resize: Resize = .crop, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<Embedding, PictureError>) throws -> Void
  ) async throws {
    try await embed(.files(pictures), resize: resize, deliver: deliver)
  }

  /// Returns the embedding of each picture in memory, in order.
  ///
  /// - Throws: ``InferenceError/wrongPictureSize(width:height:expectedWidth:expectedHeight:)`` or ``LiteRTError``.
  public nonisolated func embed(_ pictures: [PixelTensor]) async throws -> [Embedding] {
    var embeddings: [Embedding] = []
    try await embed(.tensors(pictures), resize: .crop) { _, result in embeddings.append(try result.get()) }
    return embeddings
  }

  private func embed(
    _ pictures: PictureSource, resize: Resize, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<Embedding, PictureError>) throws -> Void
  ) async throws {
    let reader = try ViewReader(width: input.width, height: input.height, resize: resize)
    try await runner.run(
      pictures, by: reader, read: { [output = runner.output] in Embedding(steps: output.steps($0), unit: output.unit) },
      deliver: { index, result in
        switch result {
        case .success(let views): for embedding in views { try deliver(index, .success(embedding)) }
        case .failure(let error): try deliver(index, .failure(error))
        }
      })
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

  /// Returns the best classes of a picture of the model's size, by what was learnt so far; none where it is unknown.
  /// Coral: `classify_with_resized_image`.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt``, and as ``Classifier/classify(_:threshold:topK:)-(PixelTensor,_,_)`` does.
  public func classify(
    _ picture: PixelTensor, threshold: Float = 0.1, topK: Int = 3
  ) async throws -> [Classification] {
    try await classifier().classify(picture, threshold: threshold, topK: topK).known
  }

  /// Returns the best classes of an input tensor's bytes, by what was learnt so far; none where it is unknown.
  /// Coral: `classify_with_input_tensor`.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt``, and as ``Classifier/classify(tensor:threshold:topK:)`` does.
  public func classify(tensor: [UInt8], threshold: Float = 0, topK: Int = 3) throws -> [Classification] {
    let classifier = try classifier()
    return try tensor.withUnsafeBytes {
      try classifier.classify(tensor: $0, threshold: threshold, topK: topK).known
    }
  }

  /// Returns a classifier of what was learnt so far; later training does not change it.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt``, ``LiteRTError``.
  public func classifier() throws -> Classifier {
    if let current { return current }
    let made = try Classifier(model: model(), execution: execution)
    current = made
    return made
  }

  /// Returns the model with all classes learnt so far. Coral: `serialize_model`.
  ///
  /// Rows and biases of the base are those of the file, byte for byte. The description holds a line `<class id> <norm>`
  /// for each imprinted class, as Coral's tools read it.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt`` when there is no class at all, ``TFLiteError`` when the base is newer than
  ///   the schema known here.
  public func model() throws -> Model { try imprinted.model() }

  /// Returns the model with all classes learnt so far, as a file's bytes.
  ///
  /// - Throws: As ``model()`` does.
  public func serialized() throws -> SerializedModel { try model().serialized() }

  /// Writes the model with all classes learnt so far. Coral: `save_model`.
  ///
  /// The file is written beside its place and moved there when it is complete: the previous one stays until then.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt``, and ``TFLiteError`` when the file cannot be written.
  public func save(to file: URL) throws { try serialized().write(to: file) }
}
