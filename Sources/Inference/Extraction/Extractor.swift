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
  /// The whole model.
  public let base: Model
  /// The model up to the embedding, as a model of its own, without metadata of its classes.
  public let model: Model
  /// The space of its embeddings.
  public let space: EmbeddingSpace
  /// The picture that the model takes.
  public var input: PictureInput { runner.input }
  /// How pictures are resized to the model's input.
  public let resize: Resize

  /// The value of an embedding's step: the scale of a quantised network, 1 in float.
  package var unit: Float { runner.output.unit }

  private let runner: ModelRunner
  private let reader: ViewReader

  /// Opens a model file.
  ///
  /// - Parameters:
  ///   - model: A bare embedding extractor, a classifier, or a model with the imprinting tail.
  ///   - resize: How pictures are resized to the model's input; by default as its classes were taught where the file says
  ///     so, else `crop`.
  ///   - augmentation: The views of each picture that are embedded.
  ///   - execution: How to run it.
  /// - Throws: ``TFLiteError`` when the file is no valid model, ``SurgeryError`` when it has no embedding,
  ///   ``InferenceError/needsEdgeTPU(operators:reason:)``, ``LiteRTError``, ``PictureError`` for an impossible resize.
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
    model whole: Model, resize: Resize? = nil, augmentation: Augmentation = .off, execution: Execution = Execution()
  ) throws {
    try whole.checkRunnable()
    let whole = whole.forSinglePictures ?? whole
    let embedding = try whole.embedding()
    let isNonNegative = whole.isNonNegative(embedding)
    base = whole
    model = try whole.cut(at: embedding).withoutImprinted
    runner = try ModelRunner(model: model, execution: execution)
    let resize = resize ?? whole.imprintedResize ?? .crop
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

  /// Returns the digest of what the network computes of a picture's pixels, whatever else the file says.
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
    // The weights stay where they are: only the tables around them are laid out anew.
    return try (bare.serialized().pieces + [Bytes(Array(words.utf8))]).digest.hexadecimal
  }

  /// Embeds picture files, on all cores.
  ///
  /// - Parameters:
  ///   - pictures: The files.
  ///   - profile: Takes the times of the steps; that of `deliver` counts as learning.
  ///   - deliver: Takes a picture's place and its embeddings, or why it could not be read; called in order.
  /// - Throws: ``LiteRTError``, what `deliver` throws, and `CancellationError`.
  public func embed(
    _ pictures: [URL], profile: Profile? = nil, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<EmbeddedPicture, PictureError>) throws -> Void
  ) async throws {
    try await embed(.files(pictures), profile: profile, isolation: isolation, deliver: deliver)
  }

  /// Embeds pictures in memory, raw pixels of any size, on all cores. Their names are their numbers, counted from 1.
  ///
  /// - Parameters: As for picture files.
  /// - Throws: As ``embed(_:profile:isolation:deliver:)-([URL],_,_,_)`` does.
  public func embed(
    _ pictures: [PixelBuffer], profile: Profile? = nil, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<EmbeddedPicture, PictureError>) throws -> Void
  ) async throws {
    try await embed(.pixels(pictures), profile: profile, isolation: isolation, deliver: deliver)
  }

  /// Embeds pictures in memory of the network's size, on all cores. Their names are their numbers, counted from 1.
  ///
  /// - Parameters: As for picture files.
  /// - Throws: ``InferenceError/augmentationOfDecoded(_:)`` where several views are asked for,
  ///   ``InferenceError/wrongPictureSize(width:height:expectedWidth:expectedHeight:)``, and as
  ///   ``embed(_:profile:isolation:deliver:)-([URL],_,_,_)`` does.
  public func embed(
    _ pictures: [PixelTensor], profile: Profile? = nil, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<EmbeddedPicture, PictureError>) throws -> Void
  ) async throws {
    try await embed(.tensors(pictures), profile: profile, isolation: isolation, deliver: deliver)
  }

  /// Returns the embeddings of picture files as a sequence, in their order.
  ///
  /// ```swift
  /// for try await (index, picture) in extractor.embeddings(of: files) {
  ///   try embeddings.add(picture.get(), to: labels[index])
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - pictures: The files.
  ///   - profile: Takes the times of the steps.
  public func embeddings(of pictures: [URL], profile: Profile? = nil) -> PictureResults<EmbeddedPicture> {
    let source = PictureSource.files(pictures)
    return runner.results(source, by: reader, profile: profile, read: { Array($0) }) { index, views in
      EmbeddedPicture(name: source.name(index), embeddings: Bytes(Array(views.joined())))
    }
  }

  /// Embeds pictures; see ``embed(_:profile:isolation:deliver:)-([URL],_,_,_)``.
  package func embed(
    _ pictures: PictureSource, profile: Profile?, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<EmbeddedPicture, PictureError>) throws -> Void
  ) async throws {
    try await runner.run(pictures, by: reader, profile: profile, read: { Array($0) }) { index, result in
      let picture = result.map { views in
        EmbeddedPicture(
          name: pictures.name(index), embeddings: Bytes(views.count == 1 ? views[0] : Array(views.joined())))
      }
      try profile.measure(.learning) { try deliver(index, picture) }
    }
  }
}
