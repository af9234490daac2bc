import ModelSurgery
package import Pictures
public import TFLite

/// The picture input of a model: the picture's size, and the conversion of its pixels to the tensor's elements.
public struct PictureInput: Sendable, Hashable {
  /// The picture's size in pixels.
  public let width, height: Int
  /// The number of channels: 3 for red, green and blue, or 1 for grey.
  public let channelCount: Int
  /// Whether all elements of a channel stand together, as in [1, 3, height, width], not all channels of a pixel.
  public let isPlanar: Bool
  /// Whether neither the file nor the caller states how bytes become floats, so that ``PictureNormalization/symmetric`` is
  /// assumed.
  public let isNormalizationAssumed: Bool

  private let conversion: PixelConversion

  /// Reads the input of a model, and the conversion of pixels from its metadata.
  ///
  /// The shape may be [1, height, width, C] or [1, C, height, width] with C = 3 or C = 1, the same without the 1 in front,
  /// or [1, height, width] or [height, width], which are grey.
  ///
  /// - Throws: ``InferenceError/noPictureInput(shape:type:)``, `SurgeryError`, or `TFLiteError` for a float input whose
  ///   metadata is damaged, as the conversion is then unknown.
  public init(of model: Model) throws {
    let (input, _) = try model.onlyInputAndOutput()
    let tensor = model.mainSubgraph?.tensor(input)
    guard let tensor, [.uint8, .int8, .float32].contains(tensor.type), let layout = Self.layout(of: tensor.shape) else {
      throw InferenceError.noPictureInput(shape: tensor?.shape ?? [], type: tensor?.type.name ?? "nothing")
    }
    (height, width, channelCount, isPlanar) = layout
    var stated: PictureNormalization?
    do {
      stated = try model.pictureNormalization
    } catch {
      // Bytes fit a quantised input without it.
      if tensor.type == .float32 { throw error }
    }
    conversion = PixelConversion(of: tensor, stated: stated)
    isNormalizationAssumed = tensor.type == .float32 && stated == nil
  }

  private static func layout(of shape: [Int32]) -> (height: Int, width: Int, channels: Int, isPlanar: Bool)? {
    let isSide = { (size: Int32) in (1...largestSide).contains(size) }
    let isChannels = { (size: Int32) in size == 3 || size == 1 }
    var sizes = shape[...]
    if shape.count > 2, shape[0] == 1 { sizes = sizes.dropFirst() }
    guard sizes.allSatisfy(isSide) else { return nil }
    let numbers = sizes.map { Int($0) }
    switch numbers.count {
    // One side of a single pixel is a list of numbers, not a picture.
    case 2 where numbers[0] > 1 && numbers[1] > 1: return (numbers[0], numbers[1], 1, false)
    case 3 where isChannels(sizes[sizes.endIndex - 1]): return (numbers[0], numbers[1], numbers[2], false)
    case 3 where isChannels(sizes[sizes.startIndex]): return (numbers[1], numbers[2], numbers[0], true)
    default: return nil
    }
  }

  // The decoder's limit is not smaller.
  private static let largestSide: Int32 = 8192

  /// Whether the elements of the tensor are the picture's bytes.
  package var takesBytes: Bool { conversion == .unchanged }

  /// The number of bytes of an RGB picture of this size.
  public var pictureByteCount: Int { width * height * 3 }

  /// Fills the tensor: `write` writes the picture's RGB bytes, which are then converted.
  func fill(
    _ tensor: UnsafeMutableRawBufferPointer, write: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    let elements = width * height * channelCount * conversion.elementSize
    guard tensor.count == elements else {
      throw InferenceError.wrongTensorSize(bytes: elements, expected: tensor.count)
    }
    guard channelCount == 3, !isPlanar else {
      // The picture is larger than the tensor, or in another order: it needs memory of its own.
      return try withUnsafeTemporaryAllocation(byteCount: pictureByteCount, alignment: 16) { picture in
        try write(picture)
        convert(picture, to: tensor)
      }
    }
    try write(UnsafeMutableRawBufferPointer(rebasing: tensor[(elements - pictureByteCount)...]))
    conversion.convert(tensor)
  }

  /// Writes a picture of RGB bytes as grey or as planes.
  private func convert(_ picture: UnsafeMutableRawBufferPointer, to tensor: UnsafeMutableRawBufferPointer) {
    let pixels = width * height
    for pixel in 0..<pixels {
      let (red, green, blue) = (picture[3 * pixel], picture[3 * pixel + 1], picture[3 * pixel + 2])
      guard channelCount == 3 else {
        conversion.store(Self.luma(red, green, blue), channel: 0, at: pixel, of: tensor)
        continue
      }
      conversion.store(red, channel: 0, at: pixel, of: tensor)
      conversion.store(green, channel: 1, at: pixels + pixel, of: tensor)
      conversion.store(blue, channel: 2, at: 2 * pixels + pixel, of: tensor)
    }
  }

  /// The luma of ITU-R BT.601, rounded: 0.299 R + 0.587 G + 0.114 B.
  private static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
    UInt8(truncatingIfNeeded: (19_595 * UInt32(red) + 38_470 * UInt32(green) + 7_471 * UInt32(blue) + 32_768) >> 16)
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
/// - uint8: q = byte, and int8: q = byte − 128, unless metadata, or the range of the quantisation, give another conversion
///   (``/ModelSurgery/PictureNormalization/init(standardFor:)``): q = round((byte − mean) / deviation / scale) + zero point.
///   Where that is within one step of the byte for all bytes, q is the byte. Where it gives fewer than 128 different values, or for more than 64 bytes a value beyond the
///   range, the metadata does not match the quantised model, and q is the byte too.
enum PixelConversion: Sendable, Hashable {
  /// The bytes, unchanged.
  case unchanged
  /// The bytes minus 128.
  case signed
  /// The step of each byte, for red, then green, then blue.
  case steps([UInt8])
  /// (byte − mean) / deviation.
  case real(PictureNormalization)

  /// Finds the conversion for an input of uint8, int8 or float32.
  ///
  /// - Parameter stated: The normalisation that the model's metadata states, if any.
  init(of input: Tensor, stated: PictureNormalization?) {
    guard [.uint8, .int8].contains(input.type) else {
      self = .real(stated ?? .symmetric)
      return
    }
    self = input.type == .int8 ? .signed : .unchanged
    let normalization = stated ?? PictureNormalization(standardFor: input)
    if let steps = Self.steps(of: input, normalization) { self = .steps(steps) }
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
      guard Set(bytes).count >= 128, steps.count(where: { !(-1...256).contains($0) }) <= 64 else { return nil }
      isPlain = isPlain && bytes.enumerated().allSatisfy { abs($0 - Int($1)) <= 1 }
      table += bytes
    }
    return isPlain ? nil : table.map { input.type == .int8 ? $0 ^ 0x80 : $0 }
  }

  /// Stores a byte of a channel as an element of the tensor.
  func store(_ byte: UInt8, channel: Int, at index: Int, of tensor: UnsafeMutableRawBufferPointer) {
    switch self {
    case .unchanged: tensor[index] = byte
    case .signed: tensor[index] = byte ^ 0x80
    case .steps(let table): tensor[index] = table[256 * channel + Int(byte)]
    case .real(let normalization):
      let (mean, deviation) = normalization.channel(channel)
      tensor.storeBytes(of: (Float(byte) - mean) / deviation, toByteOffset: 4 * index, as: Float.self)
    }
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
