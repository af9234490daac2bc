#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What a picture looks like: its size, and the brightness, contrast, sharpness and sketch of what the network sees of it.
///
/// It tells which pictures are too dark, blurred or small to learn from, and together with the embeddings which pictures are
/// near-duplicates, without reading the pictures again.
public struct PictureLook: Sendable, Hashable {
  /// The number of pixels in a row and of rows, as the file stores them.
  public let width, height: Int
  /// The mean luma, 0 ... 255.
  public let brightness: UInt8
  /// The standard deviation of the luma.
  public let contrast: UInt8
  /// Σ |second differences| / Σ |first differences| of the luma along rows and columns: about 0.8 / σ where all edges are
  /// blurred by σ pixels of the network's input; nil for a picture without edges.
  public let sharpness: Float?
  /// The lowest frequencies of the picture.
  public let sketch: PictureSketch

  /// The number of bytes of ``encoded``.
  package static let byteCount = 16 + PictureSketch.byteCount

  /// Makes a look from its parts.
  public init(
    width: Int, height: Int, brightness: UInt8, contrast: UInt8, sharpness: Float?, sketch: PictureSketch
  ) {
    self.width = width
    self.height = height
    self.brightness = brightness
    self.contrast = contrast
    self.sharpness = sharpness
    self.sketch = sketch
  }

  /// Reads the bytes that ``encoded`` returns; nil for another number of bytes, and for zeros, which stand for an unknown look.
  package init?(encoded bytes: some Collection<UInt8>) {
    let bytes = Array(bytes)
    guard bytes.count == Self.byteCount else { return nil }
    func number(_ place: Int) -> UInt32 {
      (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }
    }
    let sharpness = Float(bitPattern: number(12))
    guard number(0) > 0, number(4) > 0, let sketch = PictureSketch(encoded: bytes[16...]) else { return nil }
    self.init(
      width: Int(number(0)), height: Int(number(4)), brightness: bytes[8], contrast: bytes[9],
      sharpness: sharpness > 0 && sharpness.isFinite ? sharpness : nil, sketch: sketch)
  }

  /// The look as bytes, little-endian: width and height (4 each), brightness, contrast, two zeros, the sharpness as a 32-bit
  /// float or 0, and the sketch.
  package var encoded: [UInt8] {
    func bytes(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    return bytes(UInt32(clamping: width)) + bytes(UInt32(clamping: height)) + [brightness, contrast, 0, 0]
      + bytes((sharpness ?? 0).bitPattern) + sketch.encoded
  }
}

/// The 63 lowest frequencies of a picture's luma, by which pictures are compared that were scaled, compressed, cropped a
/// little or mirrored.
///
/// The luma is averaged to 32 x 32 cells. Of their discrete cosine transform, the 8 x 8 lowest coefficients c are kept but for
/// the first, as sign(c) √|c|, in 127 steps of the greatest.
public struct PictureSketch: Sendable, Hashable {
  /// The number of cells along a side.
  package static let cells = 32
  /// The number of frequencies along a side.
  static let frequencies = 8
  static let byteCount = frequencies * frequencies

  // The coefficients row by row, the vertical frequency first; the first one is 0.
  private let values: [Int8]
  // 1 / the length of the values; 0 for a picture of one grey.
  private let factor: Float

  /// Makes a sketch of the luma of 32 x 32 cells, row by row; nil for another number of cells.
  ///
  /// - Complexity: 10 000 multiplications.
  package init?(luma: [Float]) {
    let (cells, frequencies) = (Self.cells, Self.frequencies)
    guard luma.count == cells * cells else { return nil }
    var along = [Float](repeating: 0, count: cells * frequencies)
    for row in 0..<cells {
      for frequency in 0..<frequencies {
        var sum: Float = 0
        for column in 0..<cells { sum += luma[row * cells + column] * Self.cosines[frequency * cells + column] }
        along[row * frequencies + frequency] = sum
      }
    }
    var roots = [Float](repeating: 0, count: Self.byteCount)
    for vertical in 0..<frequencies {
      for horizontal in 0..<frequencies where vertical + horizontal > 0 {
        var sum: Float = 0
        for row in 0..<cells { sum += along[row * frequencies + horizontal] * Self.cosines[vertical * cells + row] }
        // Below this the cells differ only by rounding.
        roots[vertical * frequencies + horizontal] = abs(sum) > 0.5 ? (sum < 0 ? -1 : 1) * abs(sum).squareRoot() : 0
      }
    }
    let greatest = roots.reduce(0) { max($0, abs($1)) }
    self.init(
      values: roots.map { greatest > 0 && $0.isFinite ? Int8(clamping: Int(($0 / greatest * 127).rounded())) : 0 })
  }

  /// Reads the bytes that ``encoded`` returns.
  init?(encoded bytes: ArraySlice<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    self.init(values: bytes.map { Int8(bitPattern: $0) })
  }

  private init(values: [Int8]) {
    self.values = values
    let square = values.reduce(Float(0)) { $0 + Float($1) * Float($1) }
    factor = square > 0 ? 1 / square.squareRoot() : 0
  }

  var encoded: [UInt8] { values.map { UInt8(bitPattern: $0) } }

  /// The values divided by their length; zeros for a picture of one grey.
  var direction: [Float] { values.map { Float($0) * factor } }

  /// The sketch of the picture mirrored, left for right.
  var mirrored: PictureSketch {
    PictureSketch(values: values.enumerated().map { $0 % 2 == 1 ? Int8(clamping: -Int($1)) : $1 })
  }

  // cos(π f (2 i + 1) / 64): for each frequency f the values of the 32 cells i.
  private static let cosines: [Float] = (0..<frequencies).flatMap { frequency in
    (0..<cells).map { Float(cos(Double.pi * Double(frequency * (2 * $0 + 1)) / Double(2 * cells))) }
  }
}
