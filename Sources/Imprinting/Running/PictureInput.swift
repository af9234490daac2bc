import ModelSurgery
import Pictures
import TFLite

/// What a model takes: a picture of some size, and how its pixels become the tensor's elements.
public struct PictureInput: Sendable, Hashable {
  /// The picture's size in pixels.
  public let width, height: Int

  let type: TensorType

  /// Reads the input of a model.
  ///
  /// - Throws: ``ImprintingError/noPictureInput(shape:type:)``, or ``SurgeryError``.
  public init(of model: Model) throws {
    let (input, _) = try model.onlyInputAndOutput()
    let tensor = model.mainSubgraph?.tensor(input)
    let shape = tensor?.shape ?? []
    guard let tensor, shape.count == 4, shape[0] == 1, shape[3] == 3, (1...Self.largestSide).contains(shape[1]),
      (1...Self.largestSide).contains(shape[2]), [.uint8, .int8, .float32].contains(tensor.type)
    else { throw ImprintingError.noPictureInput(shape: shape, type: tensor?.type.name ?? "nothing") }
    height = Int(shape[1])
    width = Int(shape[2])
    type = tensor.type
  }

  // The decoder's own limit is a little wider.
  private static let largestSide: Int32 = 8192

  /// Bytes of an RGB picture of this size.
  public var pictureByteCount: Int { width * height * 3 }

  /// Turns RGB bytes, which `write` puts where it is told to, into the tensor's elements, in the tensor's own memory.
  ///
  /// - uint8: q = byte, as Coral's tools have it.
  /// - int8: q = byte − 128.
  /// - float32: (byte − 127.5) / 127.5, the range [−1, 1] of the MobileNet family.
  func fill(
    _ tensor: UnsafeMutableRawBufferPointer, write: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    let count = pictureByteCount
    let elements = type == .float32 ? 4 * count : count
    guard tensor.count == elements else {
      throw ImprintingError.wrongTensorSize(bytes: elements, expected: tensor.count)
    }
    // Of a float tensor the bytes take the last quarter: widening from the front never overtakes what is still unread.
    let bytes = UnsafeMutableRawBufferPointer(rebasing: tensor[(elements - count)...])
    try write(bytes)
    if type == .int8 {
      for index in bytes.indices { bytes[index] ^= 0x80 }
    } else if type == .float32 {
      for index in 0..<count {
        let value = (Float(bytes[index]) - 127.5) / 127.5
        tensor.storeBytes(of: value, toByteOffset: 4 * index, as: Float.self)
      }
    }
  }

  /// Checks a picture's size.
  func check(_ picture: PixelTensor) throws {
    guard picture.width == width, picture.height == height else {
      throw ImprintingError.wrongPictureSize(
        width: picture.width, height: picture.height, expectedWidth: width, expectedHeight: height)
    }
  }
}
