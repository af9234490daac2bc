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
/// w = Σx / ‖Σx‖ over its pictures, so a picture's score is its cosine to the mean direction of the class. There is no
/// gradient descent, and pictures can be added at any time: training in several calls, in any order, with the file saved
/// and reopened in between, gives the same file as training at once.
///
/// Besides models with Coral's tail the engine accepts a bare embedding extractor, whose output is one vector, and appends
/// the tail to it. The arithmetic is always exact.
///
/// ```swift
/// let engine = try ImprintingEngine(model: URL(filePath: "mobilenet_v1_1.0_224_l2norm_quant.tflite"))
/// try await engine.train([cat1, cat2], classID: 0)
/// try await engine.save(to: URL(filePath: "cats.tflite"))
/// ```
public actor ImprintingEngine {
  /// The size of the picture that the model takes, and its conversion to the input tensor.
  public nonisolated let input: PictureInput
  /// The number of elements of an embedding. Coral: `embedding_dim`.
  public nonisolated let embeddingDimension: Int
  /// The part of the model up to the embedding, as a separate model. Coral: `serialize_extractor_model`.
  public nonisolated let extractor: Model

  private nonisolated let runner: ModelRunner
  private nonisolated let executor = BlockingSerialExecutor()
  private let classCountAtOpening: Int
  private let execution: Execution
  private var imprinted: ImprintedModel {
    didSet { current = nil }
  }
  // A classifier with the current classes, created when it is first needed.
  private var current: Classifier?

  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Opens a model file. Coral: `ImprintingEngine(model_path, keep_classes)`.
  ///
  /// - Parameters:
  ///   - model: The file.
  ///   - keepClasses: Whether to keep the model's classes. Classes that this engine or Coral's tools imprinted can then be
  ///     trained further; classes of the base cannot.
  ///   - labels: The names of the kept classes; by default those in the file.
  ///   - execution: How to run the model. The arithmetic is always exact, so results are the same on every processor.
  /// - Throws: `TFLiteError` when the file is not a valid model; `SurgeryError`, such as
  ///   `SurgeryError/noImprintingTail(found:because:)`; ``ImprintingError/noClassesToKeep`` for a bare extractor;
  ///   `InferenceError/needsEdgeTPU(operators:reason:)`; `LiteRTError`.
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
    let imprinted = try ImprintedModel(execution.normalized(model), keepClasses: keepClasses, labels: labels)
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

  /// The names of the classes; classes without a known name are missing.
  public var labels: Labels { imprinted.labels }

  /// Returns whether a class was imprinted and can be trained further.
  public func isImprinted(_ classID: Int) -> Bool { imprinted.isImprinted(classID) }

  /// Names a class.
  ///
  /// - Throws: ``ImprintingError/classIDOutOfOrder(_:next:)`` when the class does not exist, or
  ///   ``ImprintingError/badName(_:)`` for a name that a label file cannot hold.
  public func setName(_ name: String, of classID: Int) throws(ImprintingError) {
    try imprinted.setName(name, of: classID)
  }

  /// Records in the file how pictures were resized, so that classifiers can resize pictures the same way.
  public func setResize(_ resize: Resize) { imprinted.resize = resize }

  /// Trains classes by name: imprinted classes are trained further, and other names create new classes.
  ///
  /// - Parameter lessons: A name and the sum of its embeddings for each class; sums of the same name are added up.
  /// - Returns: The id of each class and whether it existed before, in the order of the lessons.
  /// - Throws: ``ImprintingError/baseClass(_:name:)``, ``ImprintingError/badName(_:)``, and the errors of
  ///   ``train(_:classID:)-(EmbeddingSum,_)``. On an error the classes are unchanged.
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

  /// Trains one class with pictures that have the size of the model's input. Coral: `train(images, class_id)`.
  ///
  /// - Parameters:
  ///   - pictures: The pictures.
  ///   - classID: The id of an imprinted class, or the next free id, which creates a new class.
  /// - Throws: ``ImprintingError/classIDOutOfOrder(_:next:)``, ``ImprintingError/baseClass(_:name:)``,
  ///   ``ImprintingError/noPictures``, `InferenceError/wrongPictureSize(width:height:expectedWidth:expectedHeight:)` or
  ///   `LiteRTError`. On an error the classes are unchanged.
  public func train(_ pictures: [PixelTensor], classID: Int) async throws {
    try imprinted.check(classID)
    let sums = try await sums(of: [pictures])
    try imprinted.train(sums[0], classID: classID)
  }

  /// Trains several classes at once. Coral: `train_all`.
  ///
  /// The ids start at the number of classes that the model had when it was opened, so a second call trains the same classes
  /// further.
  ///
  /// - Parameter categories: The pictures of each class.
  /// - Returns: The ids of the classes, in the order of the categories.
  /// - Throws: The errors of ``train(_:classID:)-([PixelTensor],_)``. On an error the classes are unchanged.
  @discardableResult
  public func trainAll(_ categories: [[PixelTensor]]) async throws -> Range<Int> {
    let sums = try await sums(of: categories)
    let ids = classCountAtOpening..<classCountAtOpening + categories.count
    for (id, sum) in zip(ids, sums) { try imprinted.train(sum, classID: id) }
    return ids
  }

  /// Trains one class with one embedding of real numbers. PyCoral: `train(embedding, class_id)`.
  ///
  /// Numbers within 1/10000 of a whole step of the model's quantised embeddings are rounded to that step.
  ///
  /// - Throws: `EmbeddingError/wrongCount(count:expected:)`, `EmbeddingError/notFinite` and the errors of
  ///   ``train(_:classID:)-([PixelTensor],_)``. On an error the classes are unchanged.
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
  /// - Throws: ``ImprintingError``, `EmbeddingError`. On an error the classes are unchanged.
  public func train(_ sum: EmbeddingSum, classID: Int) throws { try imprinted.train(sum, classID: classID) }

  /// Embeds picture files, on all cores, in order.
  ///
  /// - Parameters:
  ///   - pictures: The files.
  ///   - resize: How they are resized to the model's input.
  ///   - deliver: Called in order with each picture's index and its embedding, or the error if it cannot be read.
  /// - Throws: `LiteRTError`, the errors of `deliver`, and `CancellationError`.
  public func embed(
    _ pictures: [URL], resize: Resize = .crop, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<Embedding, PictureError>) throws -> Void
  ) async throws {
    try await embed(.files(pictures), resize: resize, deliver: deliver)
  }

  /// Returns the embedding of each picture in memory, in order.
  ///
  /// - Throws: `InferenceError/wrongPictureSize(width:height:expectedWidth:expectedHeight:)` or `LiteRTError`.
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

  /// Returns the best of the current classes for a picture that has the size of the model's input; empty if the picture is
  /// unknown. Coral: `classify_with_resized_image`.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt``, and the errors of
  ///   ``Classifier/classify(_:threshold:topK:)-(PixelTensor,_,_)``.
  public func classify(
    _ picture: PixelTensor, threshold: Float = 0.1, topK: Int = 3
  ) async throws -> [Classification] {
    try await classifier().classify(picture, threshold: threshold, topK: topK).known
  }

  /// Returns the best of the current classes for the bytes of an input tensor; empty if the picture is unknown.
  /// Coral: `classify_with_input_tensor`.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt``, and the errors of ``Classifier/classify(tensor:threshold:topK:)``.
  public func classify(tensor: [UInt8], threshold: Float = 0, topK: Int = 3) throws -> [Classification] {
    let classifier = try classifier()
    return try tensor.withUnsafeBytes {
      try classifier.classify(tensor: $0, threshold: threshold, topK: topK).known
    }
  }

  /// Returns a classifier with the current classes; later training does not change it.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt``, `LiteRTError`.
  public func classifier() throws -> Classifier {
    if let current { return current }
    let made = try Classifier(model: model(), execution: execution)
    current = made
    return made
  }

  /// Returns the model with all current classes. Coral: `serialize_model`.
  ///
  /// The rows and biases of base classes equal those in the file, byte for byte. The description holds a line
  /// `<class id> <norm>` for each imprinted class, as Coral's tools read it.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt`` when there are no classes, `TFLiteError` when the base has a newer schema
  ///   than this library knows.
  public func model() throws -> Model { try imprinted.model() }

  /// Returns the model with all current classes, as a file's bytes.
  ///
  /// - Throws: The errors of ``model()``.
  public func serialized() throws -> SerializedModel { try model().serialized() }

  /// Writes the model with all current classes. Coral: `save_model`.
  ///
  /// The file is written under a temporary name and replaces an existing file only when it is complete.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt``, and `TFLiteError` when the file cannot be written.
  public func save(to file: URL) throws { try serialized().write(to: file) }
}
