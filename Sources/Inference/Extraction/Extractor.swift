public import Heads
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

/// A frozen network that turns pictures into embeddings: a model up to the vector that its last layer reads.
///
/// ```swift
/// let extractor = try Extractor(model: URL(filePath: "mobilenet_v1_1.0_224_quant.tflite"))
/// var embeddings = EmbeddingSet(space: extractor.space)
/// try await extractor.embed(pictures) { index, picture in try embeddings.add(picture.get(), to: labels[index]) }
/// ```
public final class Extractor: Sendable {
  /// The complete model.
  public let base: Model
  /// The part of the model up to the embedding, as a separate model, without metadata about classes.
  public let model: Model
  /// The space of the embeddings.
  public let space: EmbeddingSpace
  /// The size of the picture that the model takes, and its conversion to the input tensor.
  public var input: PictureInput { runner.input }
  /// How pictures are resized to the model's input.
  public let resize: Resize

  /// The value of one step of an embedding: the scale of a quantised network, or 1 for floats.
  package var unit: Float { runner.output.unit }

  private let runner: ModelRunner
  private let reader: ViewReader

  /// Opens a model file.
  ///
  /// - Parameters:
  ///   - model: A bare embedding extractor, a classifier, or a model with the imprinting tail.
  ///   - resize: How pictures are resized to the model's input; by default as when its classes were taught if the file
  ///     records it, otherwise `crop`.
  ///   - augmentation: The views of each picture that are embedded.
  ///   - execution: How to run the model.
  /// - Throws: `TFLiteError` when the file is not a valid model, `SurgeryError` when it has no embedding,
  ///   ``InferenceError/needsEdgeTPU(operators:reason:)``, `LiteRTError`, `PictureError` for an impossible resize.
  public convenience init(
    model: URL, resize: Resize? = nil, augmentation: Augmentation = .off, execution: Execution = Execution()
  ) throws {
    try self.init(
      model: Model(contentsOf: model), resize: resize, augmentation: augmentation, execution: execution)
  }

  /// Opens the bytes of a model file; see ``init(model:resize:augmentation:execution:)-(URL,_,_,_)``.
  public convenience init(
    bytes: Bytes, resize: Resize? = nil, augmentation: Augmentation = .off, execution: Execution = Execution()
  ) throws {
    try self.init(model: Model(bytes: bytes), resize: resize, augmentation: augmentation, execution: execution)
  }

  /// Opens a model in memory; see ``init(model:resize:augmentation:execution:)-(URL,_,_,_)``.
  public init(
    model base: Model, resize: Resize? = nil, augmentation: Augmentation = .off, execution: Execution = Execution()
  ) throws {
    try base.checkRunnable()
    let base = try execution.normalized(base.runnableForm ?? base)
    let embedding = try base.embedding()
    let isNonNegative = base.isNonNegative(embedding)
    self.base = base
    model = try base.cut(at: embedding).withoutImprinted
    runner = try ModelRunner(model: model, execution: execution)
    let resize = resize ?? base.imprintedResize ?? .crop
    self.resize = resize
    reader = try ViewReader(
      width: runner.input.width, height: runner.input.height, resize: resize, augmentation: augmentation)
    let (element, zeroPoint): (EmbeddingSpace.Element, Int) =
      switch runner.output {
      case .float32: (.float32, 0)
      case .uint8(_, let zeroPoint): (.uint8, zeroPoint)
      case .int8(_, let zeroPoint): (.int8, zeroPoint)
      }
    space = EmbeddingSpace(
      extractor: try Self.digest(of: model), resize: "\(resize)", augmentation: augmentation,
      arithmetic: runner.arithmetic,
      dimension: runner.outputCount, element: element, zeroPoint: zeroPoint, isNonNegative: isNonNegative)
  }

  /// Returns a digest of the network and of its conversion of pixels; the rest of the file has no effect on it.
  private static func digest(of model: Model) throws -> String {
    var network = model
    network.description = nil
    network.metadata = []
    network.metadataBuffer = []
    network.signatureDefs = []
    network.trailing = Bytes()
    let bare = network.cut(at: try network.onlyInputAndOutput().output)
    let (input, _) = try model.onlyInputAndOutput()
    let standard = model.mainSubgraph?.tensor(input).map { PictureNormalization(standardFor: $0) }
    let pixels = try model.pictureNormalization ?? standard
    let words = pixels.map { "\($0.mean) \($0.deviation)" } ?? ""
    // The weights are not copied: only the tables around them are serialised again.
    return try (bare.serialized().pieces + [Bytes(Array(words.utf8))]).digest.hexadecimal
  }

  /// Embeds picture files, on all cores.
  ///
  /// - Parameters:
  ///   - pictures: The files.
  ///   - profile: Records the time of each step; the time of `deliver` counts as learning.
  ///   - deliver: Called in order with each picture's index and its embeddings, or the error if it cannot be read.
  /// - Throws: `LiteRTError`, the errors of `deliver`, and `CancellationError`.
  public func embed(
    _ pictures: [URL], profile: Profile? = nil, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<EmbeddedPicture, PictureError>) throws -> Void
  ) async throws {
    try await embed(.files(pictures), profile: profile, isolation: isolation, deliver: deliver)
  }

  /// Embeds pictures in memory, raw pixels of any size, on all cores. The pictures are named by their numbers, from 1.
  ///
  /// - Parameters: As for picture files.
  /// - Throws: The errors of ``embed(_:profile:isolation:deliver:)-([URL],_,_,_)``.
  public func embed(
    _ pictures: [PixelBuffer], profile: Profile? = nil, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<EmbeddedPicture, PictureError>) throws -> Void
  ) async throws {
    try await embed(.pixels(pictures), profile: profile, isolation: isolation, deliver: deliver)
  }

  /// Embeds pictures in memory that have the size of the network's input, on all cores. The pictures are named by their
  /// numbers, from 1.
  ///
  /// - Parameters: As for picture files.
  /// - Throws: ``InferenceError/augmentationOfDecoded(_:)`` where the extractor has several views per picture,
  ///   ``InferenceError/wrongPictureSize(width:height:expectedWidth:expectedHeight:)``, and the errors of
  ///   ``embed(_:profile:isolation:deliver:)-([URL],_,_,_)``.
  public func embed(
    _ pictures: [PixelTensor], profile: Profile? = nil, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<EmbeddedPicture, PictureError>) throws -> Void
  ) async throws {
    try await embed(.tensors(pictures), profile: profile, isolation: isolation, deliver: deliver)
  }

  /// Returns the embeddings of picture files as a sequence, in the order of the files.
  ///
  /// ```swift
  /// for try await (index, picture) in extractor.embeddings(of: files) {
  ///   try embeddings.add(picture.get(), to: labels[index])
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - pictures: The files.
  ///   - profile: Records the time of each step.
  public func embeddings(of pictures: [URL], profile: Profile? = nil) -> PictureResults<EmbeddedPicture> {
    let source = PictureSource.files(pictures)
    return runner.identifyingResults(source, by: reader, profile: profile, read: { Array($0) }) { index, found in
      EmbeddedPicture(
        name: source.name(index), embeddings: Bytes(Array(found.values.joined())), digest: found.identity?.digest,
        look: found.look)
    }
  }

  /// Takes instances of the network, each for one picture at a time; see ``ModelRunner/instances(_:by:read:)``.
  package func instances(_ count: Int) throws -> [ModelRunner.Instance<[UInt8]>] {
    try runner.instances(count, by: reader) { Array($0) }
  }

  /// Embeds pictures; see ``embed(_:profile:isolation:deliver:)-([URL],_,_,_)``.
  package func embed(
    _ pictures: PictureSource, profile: Profile?, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<EmbeddedPicture, PictureError>) throws -> Void
  ) async throws {
    try await runner.runIdentifying(pictures, by: reader, profile: profile, read: { Array($0) }) { index, result in
      let picture = result.map { found in
        let views = found.values
        return EmbeddedPicture(
          name: pictures.name(index), embeddings: Bytes(views.count == 1 ? views[0] : Array(views.joined())),
          digest: found.identity?.digest, look: found.look)
      }
      try profile.measure(.learning) { try deliver(index, picture) }
    }
  }
}
