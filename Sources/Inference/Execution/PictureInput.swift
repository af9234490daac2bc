import ModelSurgery
package import Pictures
public import TFLite

/// The picture input of a model: the picture's size, and the conversion of its pixels to the tensor's elements.
public struct PictureInput: Sendable, Hashable {
  /// The picture's size in pixels.
  public let width, height: Int

  private let conversion: PixelConversion

  /// Reads the input of a model, and the conversion of pixels from its metadata.
  ///
  /// - Throws: ``InferenceError/noPictureInput(shape:type:)``, `SurgeryError`, or `TFLiteError` for a float input whose
  ///   metadata is damaged, as the conversion is then unknown.
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

  // The decoder's limit is not smaller.
  private static let largestSide: Int32 = 8192

  /// The number of bytes of an RGB picture of this size.
  public var pictureByteCount: Int { width * height * 3 }

  /// Fills the tensor: `write` writes RGB bytes into the tensor's memory, which are then converted in place.
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

  /// Checks the size of a picture.
  package func check(_ picture: PixelTensor) throws {
    guard picture.width == width, picture.height == height else {
      throw InferenceError.wrongPictureSize(
        width: picture.width, height: picture.height, expectedWidth: width, expectedHeight: height)
    }
  }
}

/// The conversion of an RGB picture's bytes to a tensor's elements.
///
/// - float32: (byte − mean) / deviation with the mean and deviation in the model's metadata, otherwise
///   (byte − 127.5) / 127.5, the range [−1, 1] of the MobileNet family.
/// - uint8: q = byte, as in Coral's tools, and int8: q = byte − 128, unless metadata and quantisation give another
///   conversion: q = round((byte − mean) / deviation / scale) + zero point. Where that is within one step of the byte for
///   all bytes, q is the byte. Where it gives fewer than 128 different values, the metadata does not match the quantised
///   model, and q is the byte too.
enum PixelConversion: Sendable, Hashable {
  /// The bytes, unchanged.
  case unchanged
  /// The bytes minus 128.
  case signed
  /// The step of each byte, for red, then green, then blue.
  case steps([UInt8])
  /// (byte − mean) / deviation.
  case real(PictureNormalization)

  /// Finds the conversion for a model's input of uint8, int8 or float32.
  ///
  /// - Throws: `TFLiteError` or `SurgeryError/badNormalization(because:)` for a float input whose metadata cannot be
  ///   used.
  init(of input: Tensor, in model: Model) throws {
    guard [.uint8, .int8].contains(input.type) else {
      self = .real(try model.pictureNormalization ?? .symmetric)
      return
    }
    self = input.type == .int8 ? .signed : .unchanged
    let normalization = try? model.pictureNormalization
    if let normalization, let steps = Self.steps(of: input, normalization) { self = .steps(steps) }
  }

  /// The number of bytes of an element.
  var elementSize: Int {
    if case .real = self { 4 } else { 1 }
  }

  /// Returns the steps of a quantised input, or nil where they equal the bytes or the metadata does not match the
  /// quantisation.
  private static func steps(of input: Tensor, _ normalization: PictureNormalization) -> [UInt8]? {
    guard let quantization = input.quantization, quantization.scale.count == 1, quantization.zeroPoint.count <= 1 else {
      return nil
    }
    let scale = quantization.scale[0]
    // A signed step is the byte minus 128.
    let zeroPoint = Float(quantization.zeroPoint.first ?? 0) + (input.type == .int8 ? 128 : 0)
    var table: [UInt8] = []
    var isPlain = true
    for channel in 0..<3 {
      let (mean, deviation) = normalization.channel(channel)
      let steps = (0..<256).map { ((Float($0) - mean) / deviation / scale).rounded() + zeroPoint }
      guard steps.allSatisfy(\.isFinite) else { return nil }
      let bytes = steps.map { UInt8(min(max($0, 0), 255)) }
      guard Set(bytes).count >= 128 else { return nil }
      isPlain = isPlain && bytes.enumerated().allSatisfy { abs($0 - Int($1)) <= 1 }
      table += bytes
    }
    return isPlain ? nil : table.map { input.type == .int8 ? $0 ^ 0x80 : $0 }
  }

  /// Converts a picture in place; its bytes are at the end of the tensor's memory.
  func convert(_ tensor: UnsafeMutableRawBufferPointer) {
    switch self {
    case .unchanged: break
    case .signed:
      for index in tensor.indices { tensor[index] ^= 0x80 }
    case .steps(let table):
      for index in tensor.indices { tensor[index] = table[256 * (index % 3) + Int(tensor[index])] }
    case .real(let normalization):
      // The bytes are in the last quarter of the memory, so writing floats from the front never overwrites unread bytes.
      let count = tensor.count / 4
      let bytes = UnsafeMutableRawBufferPointer(rebasing: tensor[(3 * count)...])
      let (red, green, blue) = (normalization.channel(0), normalization.channel(1), normalization.channel(2))
      for start in stride(from: 0, to: count, by: 3) {
        let (first, second, third) = (bytes[start], bytes[start + 1], bytes[start + 2])
        tensor.storeBytes(of: (Float(first) - red.mean) / red.deviation, toByteOffset: 4 * start, as: Float.self)
        tensor.storeBytes(
          of: (Float(second) - green.mean) / green.deviation, toByteOffset: 4 * start + 4, as: Float.self)
        tensor.storeBytes(of: (Float(third) - blue.mean) / blue.deviation, toByteOffset: 4 * start + 8, as: Float.self)
      }
    }
  }
}
