import Foundation
import Pictures
import Platform
import TestMaterial
import Testing

@Suite("Pixels in memory")
struct PixelBufferTests {
  /// A picture in which every pixel differs from its neighbours.
  private static func colour(_ x: Int, _ y: Int) -> [Int] {
    [(x * 97 + y * 31) % 256, (x * y * 13) % 256, (x + y) % 2 * 255]
  }

  /// Makes a buffer of a format; `padding` bytes follow each row.
  private func buffer(
    _ format: PixelBuffer.Format, width: Int, height: Int, padding: Int = 0,
    alpha: (_ x: Int, _ y: Int) -> Int = { _, _ in 255 }, colour: (_ x: Int, _ y: Int) -> [Int] = Self.colour
  ) throws -> PixelBuffer {
    var bytes: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        let colour = colour(x, y).map { UInt8($0) }
        let alpha = UInt8(alpha(x, y))
        switch format {
        case .rgb: bytes += colour
        case .bgr: bytes += colour.reversed()
        case .rgba: bytes += colour + [alpha]
        case .bgra: bytes += colour.reversed() + [alpha]
        case .grey: bytes.append(colour[0])
        }
      }
      // The last row may end after its pixels.
      if y < height - 1 { bytes += [UInt8](repeating: 77, count: padding) }
    }
    return try PixelBuffer(
      width: width, height: height, bytesPerRow: width * format.bytesPerPixel + padding, format: format, bytes: bytes)
  }

  private static let sizes = [(40, 23), (1, 1), (7, 90), (900, 3), (33, 33)]
  private static let methods: [Resize] = [.crop, .crop(fraction: 0.7), .squash, .pad, .nearest]

  @Test("A buffer gives the same tensor as a BMP of the same pixels, in every format", arguments: sizes, methods)
  func bitmap(size: (Int, Int), resize: Resize) throws {
    let file = BitmapFile(width: size.0, height: size.1, colour: Self.colour).bytes
    for (width, height) in [(16, 16), (9, 31)] {
      let reader = try PictureReader(width: width, height: height, resize: resize)
      let expected = try file.withUnsafeBytes { try reader.read($0) }
      for (place, format) in [PixelBuffer.Format.rgb, .bgr, .rgba, .bgra].enumerated() {
        let pixels = try buffer(format, width: size.0, height: size.1, padding: place * 5)
        #expect(try reader.read(pixels) == expected, "\(format) \(width)x\(height)")
      }
    }
  }

  @Test("Grey gives the same tensor as three equal channels", arguments: methods)
  func grey(resize: Resize) throws {
    let reader = try PictureReader(width: 12, height: 10, resize: resize)
    let grey = { (x: Int, y: Int) in [Int](repeating: (x * 41 + y * 7) % 256, count: 3) }
    let expected = try BitmapFile(width: 30, height: 20, colour: grey).bytes.read(width: 12, height: 10, resize)
    #expect(try reader.read(buffer(.grey, width: 30, height: 20, padding: 2, colour: grey)) == expected)
  }

  @Test(
    "A buffer gives the same tensor as a PNG of the same pixels", .enabled(if: Libraries.hasVips, Libraries.vipsNeed))
  func png() throws {
    let (width, height) = (Reference.width, Reference.height)
    for resize in Self.methods {
      let reader = try PictureReader(width: 9, height: 7, resize: resize)
      let expected = try Fixture.png.bytes.read(width: 9, height: 7, resize)
      #expect(try reader.read(buffer(.bgra, width: width, height: height, colour: Reference.colour)) == expected)
    }
  }

  @Test("Transparent pixels show white behind them", arguments: [PixelBuffer.Format.rgba, .bgra])
  func transparency(format: PixelBuffer.Format) throws {
    let (width, height) = (Reference.width, Reference.height)
    let pixels = try buffer(
      format, width: width, height: height, alpha: Reference.alpha, colour: Reference.colour)
    let expected = Reference.tensor { x, y in
      Reference.colour(x, y).map { Reference.overWhite($0, Reference.alpha(x, y)) }
    }
    #expect(try PictureReader(width: width, height: height, resize: .nearest).read(pixels) == expected)
  }

  @Test("Regions, several readers and the caller's memory give the same tensors as a file")
  func callers() throws {
    let folder = try TemporaryFolder()
    let file = folder.appending("a.bmp")
    try Data(BitmapFile(width: 50, height: 30, colour: Self.colour).bytes).write(to: file)
    let pixels = try buffer(.bgr, width: 50, height: 30, padding: 10)
    let readers = try Self.methods.map { try PictureReader(width: 14, height: 11, resize: $0) }
    #expect(try PictureReader.read(pixels, by: readers) == PictureReader.read(file, by: readers))
    #expect(try PictureReader.read(pixels, by: []).isEmpty)
    let region: PictureRegion.Choice = { _, _ in PictureRegion(left: 0.1, top: 0.2, width: 0.5, height: 0.4) }
    let expected = try readers[0].read(file, region: region)
    #expect(try readers[0].read(pixels, region: region) == expected)
    var memory = [UInt8](repeating: 0, count: readers[0].byteCount)
    try memory.withUnsafeMutableBytes { try readers[0].read(pixels, into: $0, region: region) }
    #expect(memory == expected.pixels)
    #expect(throws: PictureError.wrongDestination(bytes: 461, needed: 462)) {
      try memory.withUnsafeMutableBytes { memory in
        try readers[0].read(pixels, into: UnsafeMutableRawBufferPointer(rebasing: memory.dropLast()))
      }
    }
  }

  @Test(
    "A size and a row length that contradict each other or the number of bytes are refused",
    arguments: [
      (0, 1, nil, 100), (1, 0, nil, 100), (-4, 4, nil, 100), (.min, .min, nil, 100), (4, 4, nil, 63), (4, 4, 15, 100),
      (4, 4, -16, 100), (4, 4, 17, 66), (4, 4, .max, 100), (2, 3, .max / 2 + 1, 100), (4, 4, .min, 100),
    ] as [(Int, Int, Int?, Int)])
  func contradictions(width: Int, height: Int, bytesPerRow: Int?, count: Int) {
    let bytes = [UInt8](repeating: 0, count: count)
    let error = #expect(throws: PictureError.self) {
      try PixelBuffer(width: width, height: height, bytesPerRow: bytesPerRow, format: .rgba, bytes: bytes)
    }
    #expect(error?.code == .impossiblePixels)
  }

  @Test("Sizes beyond the limits are refused", arguments: [(65536, 1), (1, .max), (.max, .max), (40000, 40000)])
  func limits(width: Int, height: Int) {
    let error = #expect(throws: PictureError.self) { try PixelBuffer(width: width, height: height, bytes: []) }
    #expect(error?.code == .tooLarge)
  }

  @Test("Exactly enough bytes are accepted, and errors say what is wrong")
  func edges() throws {
    let bytes = [UInt8](repeating: 9, count: 67)
    #expect(try PixelBuffer(width: 4, height: 4, bytesPerRow: 17, format: .rgba, bytes: bytes).bytesPerRow == 17)
    #expect(try PixelBuffer(width: 4, height: 4, format: .grey, bytes: bytes).bytesPerRow == 4)
    let narrow = #expect(throws: PictureError.self) {
      try PixelBuffer(width: 640, height: 480, bytesPerRow: 1920, format: .rgba, bytes: bytes)
    }
    #expect(
      narrow?.description
        == "the pixel buffer cannot be used: a row of 640 rgba pixels takes 2560 bytes, and bytesPerRow is 1920")
  }
}
