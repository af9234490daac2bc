import Pictures
import Platform
import Testing

@Suite("Reading BMP")
struct BitmapTests {
  private func read(_ file: BitmapFile) throws -> PixelTensor {
    try file.bytes.read(width: file.width, height: file.height, .nearest)
  }

  @Test(
    "Reads 24-bit pixels, bottom-up and top-down, also with an OS/2 header",
    arguments: [(40, false), (40, true), (12, false)])
  func colours(header: Int, isTopDown: Bool) throws {
    var file = BitmapFile(width: 13, height: 12, colour: Reference.colour)
    file.headerLength = header
    file.isTopDown = isTopDown
    #expect(try read(file) == Reference.tensor(width: 13, Reference.colour))
  }

  @Test("Reads palettes of 1, 2, 4 and 8 bits", arguments: [(1, 40), (2, 40), (4, 40), (8, 40), (4, 12)])
  func palettes(bits: Int, header: Int) throws {
    let colours = (0..<1 << bits).map { [$0, 255 - $0, $0 * 7 % 256] }
    var file = BitmapFile(width: 13, height: 5, bits: bits) { x, y in (x * 3 + y) % (1 << bits) }
    file.palette = colours
    file.headerLength = header
    #expect(try read(file) == Reference.tensor(width: 13, height: 5) { x, y in colours[(x * 3 + y) % (1 << bits)] })
  }

  @Test("A palette index without a colour is black")
  func missingColour() throws {
    var file = BitmapFile(width: 2, height: 1, bits: 8) { x, _ in x * 200 }
    file.palette = [[9, 8, 7]]
    #expect(try read(file).pixels == [9, 8, 7, 0, 0, 0])
  }

  @Test("Reads 16-bit pixels: five bits for each colour, or the bits that the masks state")
  func sixteen() throws {
    var file = BitmapFile(width: 3, height: 1, bits: 16) { x, _ in [0x7FFF, 0x7C00, 0x0010][x] }
    #expect(try read(file).pixels == [255, 255, 255, 255, 0, 0, 0, 0, 132])
    file.compression = 3
    file.masks = [0xF800, 0x07E0, 0x001F]
    file.pixel = { x, _ in [0xFFFF, 0xF800, 0x0020][x] }
    #expect(try read(file).pixels == [255, 255, 255, 255, 0, 0, 0, 4, 0])
  }

  @Test("Reads 32-bit pixels: the fourth byte is unused, or alpha where a mask says so")
  func thirtyTwo() throws {
    var file = BitmapFile(width: 2, height: 1, bits: 32) { x, _ in [0x0011_2233, 0x8011_2233][x] }
    #expect(try read(file).pixels == [0x11, 0x22, 0x33, 0x11, 0x22, 0x33])
    file.compression = 3
    file.headerLength = 108
    file.masks = [0x00FF_0000, 0x0000_FF00, 0x0000_00FF, 0xFF00_0000]
    let half = [0x11, 0x22, 0x33].map { UInt8(Reference.overWhite($0, 0x80)) }
    #expect(try read(file).pixels == [255, 255, 255] + half)
  }

  @Test("A compressed file is refused with a remedy")
  func compressed() throws {
    var file = BitmapFile(width: 4, height: 4, bits: 8) { _, _ in 0 }
    file.compression = 1
    let error = #expect(throws: PictureError.self) { try read(file) }
    #expect(error?.description.contains("save it as PNG") == true)
  }

  @Test("A file cut off at any byte is refused")
  func truncated() throws {
    let bytes = BitmapFile(width: 16, height: 12, colour: Reference.colour).bytes
    for count in 0..<bytes.count {
      #expect(throws: PictureError.self) { try Array(bytes[..<count]).read(width: 4, height: 4, .crop) }
    }
  }

  @Test("Sides that are zero or too large are refused", arguments: [(0, 5), (5, 0), (70000, 1), (65535, 65535)])
  func sizes(width: Int, height: Int) throws {
    var file = BitmapFile(width: 1, height: 1, bits: 24) { _, _ in 0 }
    file.width = 1
    var bytes = file.bytes
    for (offset, value) in [(18, width), (22, height)] {
      for i in 0..<4 { bytes[offset + i] = UInt8(truncatingIfNeeded: value >> (8 * i)) }
    }
    #expect(throws: PictureError.self) { try bytes.read(width: 4, height: 4, .crop) }
  }
}
