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

/// A frozen network that turns pictures into embeddings: a model file up to the vector that its last layer reads.
///
/// ```swift
/// let extractor = try Extractor(model: URL(filePath: "mobilenet_v1_1.0_224_quant.tflite"))
/// var seen = EmbeddingSet(space: extractor.space)
/// try await extractor.see(pictures) { index, picture in try seen.add(picture.get(), to: labels[index]) }
/// ```
public final class Extractor: Sendable {
  /// The whole model.
  public let base: Model
  /// The model up to the embedding, as a model of its own, without what is said of its classes.
  public let model: Model
  /// The space of its embeddings.
  public let space: EmbeddingSpace
  /// The picture that the model takes.
  public var input: PictureInput { runner.input }
  /// How pictures are brought to the model's size.
  public let resize: Resize

  /// What a step of an embedding is worth: the scale of a quantised network, 1 in float.
  package var unit: Float { runner.output.unit }

  private let runner: ModelRunner
  private let views: AugmentedReader
  private let reader: PictureReader

  /// Opens a model file.
  ///
  /// - Parameters:
  ///   - model: A bare embedding extractor, a classifier, or a model with the imprinting tail.
  ///   - resize: How pictures are brought to the model's size; by default as its classes were taught where the file says
  ///     so, else `crop`.
  ///   - views: How often, and how, a picture is looked at.
  ///   - execution: How it is run.
  /// - Throws: ``TFLiteError`` when the file is no sound model, ``SurgeryError`` when it has no embedding,
  ///   ``InferenceError/needsEdgeTPU(operators:reason:)``, ``LiteRTError``, ``PictureError`` for a senseless resize.
  public convenience init(
    model: URL, resize: Resize? = nil, views: Augmentation = .one, execution: Execution = Execution()
  ) throws {
    try self.init(bytes: Bytes(mapping: model), resize: resize, views: views, execution: execution)
  }

  /// Opens a model in memory; see ``init(model:resize:views:execution:)``.
  public init(
    bytes: Bytes, resize: Resize? = nil, views: Augmentation = .one, execution: Execution = Execution()
  ) throws {
    let whole = try Model(bytes: bytes)
    try whole.checkRunnable()
    let embedding = try whole.embedding()
    let isNonNegative = whole.isNonNegative(embedding)
    base = whole
    model = try whole.cut(at: embedding).withoutImprinted
    let file = try Bytes(model.serialized().bytes())
    runner = try ModelRunner(model: model, file: file, execution: execution)
    let resize = resize ?? whole.imprintedResize ?? .crop
    self.resize = resize
    reader = try PictureReader(width: runner.input.width, height: runner.input.height, resize: resize)
    self.views = try AugmentedReader(
      width: runner.input.width, height: runner.input.height, resize: resize, views: views)
    let (element, zeroPoint): (EmbeddingSpace.Element, Int) =
      switch runner.output {
      case .float32: (.float32, 0)
      case .uint8(_, let zeroPoint): (.uint8, zeroPoint)
      case .int8(_, let zeroPoint): (.int8, zeroPoint)
      }
    space = EmbeddingSpace(
      extractor: try Self.digest(of: model), resize: "\(resize)", views: views, arithmetic: runner.arithmetic,
      dimension: runner.outputCount, element: element, zeroPoint: zeroPoint, isNonNegative: isNonNegative)
  }

  /// The digest of what the network computes of a picture's pixels, whatever else the file says.
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
    return try Bytes(bare.serialized().bytes() + Array(words.utf8)).sha256
  }

  /// The embeddings of picture files, on all cores, in order.
  ///
  /// - Parameters:
  ///   - pictures: The files.
  ///   - profile: Is told where the time goes; that of `deliver` as learning.
  ///   - deliver: Takes a picture's number and what was seen, or why it could not be read; called in order.
  /// - Throws: ``LiteRTError``, what `deliver` throws, and `CancellationError`.
  public func see(
    _ pictures: [URL], profile: Profile? = nil, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<EmbeddedPicture, PictureError>) throws -> Void
  ) async throws {
    try await see(.files(pictures), profile: profile, isolation: isolation, deliver: deliver)
  }

  /// The embeddings of pictures in memory, on all cores, in order. They are called by their numbers, from 1.
  ///
  /// - Parameters:
  ///   - pictures: The pictures, of the network's size.
  ///   - profile: Is told where the time goes; that of `deliver` as learning.
  ///   - deliver: Takes a picture's number and what was seen; called in order.
  /// - Throws: ``InferenceError/augmentationOfDecoded(_:)`` where a picture is to be looked at more than once,
  ///   ``InferenceError/wrongPictureSize(width:height:expectedWidth:expectedHeight:)``, ``LiteRTError``, what `deliver`
  ///   throws, and `CancellationError`.
  public func see(
    decoded pictures: [PixelTensor], profile: Profile? = nil, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, EmbeddedPicture) throws -> Void
  ) async throws {
    try await see(.decoded(pictures), profile: profile, isolation: isolation) { try deliver($0, $1.get()) }
  }

  package func see(
    _ source: PictureSource, profile: Profile?, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<EmbeddedPicture, PictureError>) throws -> Void
  ) async throws {
    switch source {
    case .files(let pictures):
      try await see(files: pictures, profile: profile, isolation: isolation, deliver: deliver)
    case .decoded(let pictures):
      guard space.views == .one else { throw InferenceError.augmentationOfDecoded(space.views) }
      for picture in pictures { try input.check(picture) }
      try await runner.run(
        count: pictures.count, profile: profile,
        write: { index, bytes in pictures[index].withUnsafeBytes { bytes.copyMemory(from: $0) } },
        read: { Bytes(Array($0)) },
        deliver: { index, result in
          let seen = result.map { EmbeddedPicture(name: "\(index + 1)", embeddings: $0) }
          try profile.measure(.learning) { try deliver(index, seen) }
        })
    }
  }

  private func see(
    files pictures: [URL], profile: Profile?, isolation: isolated (any Actor)?,
    deliver: (Int, Result<EmbeddedPicture, PictureError>) throws -> Void
  ) async throws {
    let timing = profile?.pictureTiming
    if space.views == .one {
      let reader = reader
      try await runner.run(
        count: pictures.count, profile: profile,
        write: { index, bytes in try reader.read(pictures[index], into: bytes, timing: timing) },
        read: { Bytes(Array($0)) },
        deliver: { index, result in
          let seen = result.map { EmbeddedPicture(name: pictures[index].relativePath, embeddings: $0) }
          try profile.measure(.learning) { try deliver(index, seen) }
        })
    } else {
      let views = views
      try await runner.run(
        count: pictures.count, views: space.views.count, profile: profile,
        open: { index in try views.open(pictures[index], timing: timing) },
        write: { picture, view, bytes in
          profile.measure(.resizing) { views.write(view, of: picture, into: bytes) }
        },
        read: { Array($0) },
        deliver: { index, result in
          let seen = result.map { views in
            EmbeddedPicture(name: pictures[index].relativePath, embeddings: Bytes(Array(views.joined())))
          }
          try profile.measure(.learning) { try deliver(index, seen) }
        })
    }
  }
}
