import Heads
import ModelSurgery
import Pictures
import TFLite

/// What a model takes: a picture of some size, and how its pixels become the tensor's elements.
public struct PictureInput: Sendable, Hashable {
  /// The picture's size in pixels.
  public let width, height: Int

  private let conversion: PixelConversion

  /// Reads the input of a model, and from its metadata what is to become of a picture's bytes.
  ///
  /// - Throws: ``InferenceError/noPictureInput(shape:type:)``, ``SurgeryError``, or, of a model with a float input whose
  ///   metadata is damaged, ``TFLiteError``: without it there is no telling what the model takes.
  public init(of model: Model) throws {
    let (input, _) = try model.onlyInputAndOutput()
    let tensor = model.mainSubgraph?.tensor(input)
    let shape = tensor?.shape ?? []
    guard let tensor, shape.count == 4, shape[0] == 1, shape[3] == 3, (1...Self.largestSide).contains(shape[1]),
      (1...Self.largestSide).contains(shape[2]), [.uint8, .int8, .float32].contains(tensor.type)
    else { throw InferenceError.noPictureInput(shape: shape, type: tensor?.type.name ?? "nothing") }
    height = Int(shape[1])
    width = Int(shape[2])
    conversion = try PixelConversion(of: tensor, in: model)
  }

  // The decoder's own limit is a little wider.
  private static let largestSide: Int32 = 8192

  /// Bytes of an RGB picture of this size.
  public var pictureByteCount: Int { width * height * 3 }

  /// Turns RGB bytes, which `write` puts where it is told to, into the tensor's elements, in the tensor's own memory.
  func fill(
    _ tensor: UnsafeMutableRawBufferPointer, write: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    let count = pictureByteCount
    let elements = count * conversion.elementSize
    guard tensor.count == elements else {
      throw InferenceError.wrongTensorSize(bytes: elements, expected: tensor.count)
    }
    try write(UnsafeMutableRawBufferPointer(rebasing: tensor[(elements - count)...]))
    conversion.convert(tensor)
  }

  /// Checks a picture's size.
  package func check(_ picture: PixelTensor) throws {
    guard picture.width == width, picture.height == height else {
      throw InferenceError.wrongPictureSize(
        width: picture.width, height: picture.height, expectedWidth: width, expectedHeight: height)
    }
  }
}
