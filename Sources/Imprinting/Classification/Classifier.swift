import LiteRT
import ModelSurgery
import Pictures
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Any image classification model with one output: a picture in, the best classes out.
///
/// ```swift
/// let classifier = try Classifier(contentsOf: URL(filePath: "flowers.tflite"))
/// print(try await classifier.classify(URL(filePath: "rose.jpg")).first?.label ?? "unknown")
/// ```
public struct Classifier: Sendable {
  /// The classes' names: those given, else those that the file carries, else none.
  public let labels: Labels
  /// How pictures are brought to the model's size.
  public let resize: Resize
  /// How many classes the model has.
  public var classCount: Int { runner.outputCount }
  /// The picture that the model takes.
  public var input: PictureInput { runner.input }

  private let runner: ModelRunner
  private let reader: PictureReader

  /// Opens a model file.
  ///
  /// - Parameters:
  ///   - file: The model.
  ///   - labels: Names of the classes; by default those that the file carries.
  ///   - resize: How pictures are brought to the model's size; by default as in training where the file says so, else
  ///     the largest centred square.
  ///   - threads: How many threads to use; by default one a core.
  ///   - runtime: The runtime; by default one is opened.
  /// - Throws: ``TFLiteError`` when the file is no sound model, ``SurgeryError`` and ``ImprintingError`` when it is not of
  ///   the kind that is needed, ``LiteRTError`` when the runtime is missing or refuses it.
  public init(
    contentsOf file: URL, labels: Labels? = nil, resize: Resize? = nil, threads: Int? = nil, runtime: Runtime? = nil
  ) throws {
    try self.init(bytes: Bytes(mapping: file), labels: labels, resize: resize, threads: threads, runtime: runtime)
  }

  /// Opens a model in memory; see ``init(contentsOf:labels:resize:threads:runtime:)``.
  public init(
    bytes: Bytes, labels: Labels? = nil, resize: Resize? = nil, threads: Int? = nil, runtime: Runtime? = nil
  ) throws {
    let model = try Model(bytes: bytes)
    self.labels = labels ?? model.carriedLabels ?? Labels()
    self.resize = resize ?? model.imprintedResize ?? .crop
    runner = try ModelRunner(model: model, file: bytes, threads: threads, runtime: runtime)
    reader = try PictureReader(width: runner.input.width, height: runner.input.height, resize: self.resize)
  }

  /// The best classes of a picture file.
  ///
  /// - Parameters:
  ///   - picture: The file.
  ///   - threshold: The least score that counts; by default every score does.
  ///   - topK: How many classes to return at most.
  /// - Returns: Classes with a score of at least `threshold`, best first; the lower id first among equals.
  /// - Throws: ``PictureError`` when the file cannot be read, ``ImprintingError/badTopK(_:)``, ``LiteRTError``.
  public func classify(_ picture: URL, threshold: Float = -.infinity, topK: Int = 3) async throws -> [Classification] {
    var found: [Classification] = []
    try await classify([picture], threshold: threshold, topK: topK) { _, result in found = try result.get() }
    return found
  }

  /// The best classes of many picture files, on all cores.
  ///
  /// - Parameters:
  ///   - pictures: The files.
  ///   - threshold: The least score that counts; by default every score does.
  ///   - topK: How many classes to hand over at most.
  ///   - deliver: Takes a picture's number and its classes, or why it could not be read; called in order.
  /// - Throws: ``ImprintingError/badTopK(_:)``, ``LiteRTError``, what `deliver` throws, and `CancellationError`.
  public func classify(
    _ pictures: [URL], threshold: Float = -.infinity, topK: Int = 3, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<[Classification], PictureError>) throws -> Void
  ) async throws {
    guard topK > 0 else { throw ImprintingError.badTopK(topK) }
    try await scores(pictures) { index, result in
      try deliver(index, result.map { ranked($0, threshold: threshold, topK: topK) })
    }
  }

  /// The best classes of a picture in memory, which must be of the size that the model takes.
  ///
  /// - Throws: ``ImprintingError/wrongPictureSize(width:height:expectedWidth:expectedHeight:)``,
  ///   ``ImprintingError/badTopK(_:)``, ``LiteRTError``.
  public func classify(
    _ picture: PixelTensor, threshold: Float = -.infinity, topK: Int = 3
  ) async throws -> [Classification] {
    try input.check(picture)
    guard topK > 0 else { throw ImprintingError.badTopK(topK) }
    var found: [Classification] = []
    try await runner.run(
      count: 1, write: { _, bytes in picture.withUnsafeBytes { bytes.copyMemory(from: $0) } },
      read: { [output = runner.output] in output.values($0) },
      deliver: { _, result in found = ranked(try result.get(), threshold: threshold, topK: topK) })
    return found
  }

  /// The best classes of an input tensor's bytes, taken as they are.
  ///
  /// - Throws: ``ImprintingError/wrongTensorSize(bytes:expected:)``, ``ImprintingError/badTopK(_:)``, ``LiteRTError``.
  public func classify(
    tensor: UnsafeRawBufferPointer, threshold: Float = -.infinity, topK: Int = 3
  ) throws -> [Classification] {
    guard topK > 0 else { throw ImprintingError.badTopK(topK) }
    return ranked(try runner.run(tensor: tensor), threshold: threshold, topK: topK)
  }

  /// All scores of many picture files, one a class, on all cores; see ``classify(_:threshold:topK:deliver:)``.
  public func scores(
    _ pictures: [URL], isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<[Float], PictureError>) throws -> Void
  ) async throws {
    let reader = reader
    try await runner.run(
      count: pictures.count, write: { index, bytes in try reader.read(pictures[index], into: bytes) },
      read: { [output = runner.output] in output.values($0) }, deliver: deliver)
  }

  private func ranked(_ scores: [Float], threshold: Float, topK: Int) -> [Classification] {
    let ids = (try? Ranking.best(scores, threshold: threshold, topK: topK)) ?? []
    return ids.map { Classification(id: $0, label: labels[$0], score: scores[$0]) }
  }
}
