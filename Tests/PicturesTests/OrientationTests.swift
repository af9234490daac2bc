import Pictures
import Testing

@Suite("JPEG orientation", .enabled(if: Libraries.hasTurboJPEG, Libraries.turboJPEGNeed))
struct OrientationTests {
  /// Returns the stored pixel that appears at (x, y) of the upright picture, by the table of the EXIF standard.
  private func stored(_ orientation: Int, _ x: Int, _ y: Int) -> (Int, Int) {
    let (right, bottom) = (Reference.width - 1, Reference.height - 1)
    return switch orientation {
    case 2: (right - x, y)
    case 3: (right - x, bottom - y)
    case 4: (x, bottom - y)
    case 5: (y, x)
    case 6: (y, bottom - x)
    case 7: (right - y, bottom - x)
    case 8: (right - y, x)
    default: (x, y)
    }
  }

  private func upright(_ orientation: Int) throws -> (width: Int, height: Int, BitmapFile) {
    let plain = try Fixture.jpeg.read()
    let turned = orientation > 4
    let (width, height) = turned ? (plain.height, plain.width) : (plain.width, plain.height)
    let file = BitmapFile(width: width, height: height) { x, y in
      let (column, row) = stored(orientation, x, y)
      return plain.colour(column, row)
    }
    return (width, height, file)
  }

  @Test("Each of the eight orientations is turned upright, with every resizing method", arguments: 1...8)
  func eight(orientation: Int) throws {
    let (width, height, file) = try upright(orientation)
    let bytes = OrientedJPEG.bytes(orientation)
    #expect(
      try bytes.read(width: width, height: height, .nearest) == file.bytes.read(width: width, height: height, .nearest))
    for (width, height) in [(5, 7), (11, 3), (24, 40)] {
      #expect(
        try bytes.read(width: width, height: height, .nearest)
          == file.bytes.read(width: width, height: height, .nearest))
    }
    // At least as large as the picture, so that it is decoded in full.
    for resize in [Resize.crop, .crop(fraction: 0.7), .squash, .pad] {
      let found = try bytes.read(width: 33, height: 21, resize)
      #expect(try #require(found.difference(from: file.bytes.read(width: 33, height: 21, resize))) <= 1)
    }
  }

  @Test("Little-endian EXIF and 32-bit values are read")
  func forms() throws {
    let expected = try OrientedJPEG.bytes(6).read(width: 12, height: 16, .nearest)
    #expect(try OrientedJPEG.bytes(6, bigEndian: false).read(width: 12, height: 16, .nearest) == expected)
    #expect(try OrientedJPEG.bytes(6, long: true).read(width: 12, height: 16, .nearest) == expected)
    #expect(try OrientedJPEG.bytes(6, bigEndian: false, long: true).read(width: 12, height: 16, .nearest) == expected)
  }

  @Test("Invalid orientations are ignored", arguments: [0, 9, 65535])
  func nonsense(orientation: Int) throws {
    #expect(try OrientedJPEG.bytes(orientation).read(width: 16, height: 12, .nearest) == Fixture.jpeg.read())
  }

  @Test("EXIF that is broken in any byte does not prevent reading")
  func broken() throws {
    let bytes = OrientedJPEG.bytes(6)
    // The segment's contents, behind its mark and length.
    for place in 6..<50 {
      for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
        var bytes = bytes
        bytes[place] = value
        _ = try bytes.read(width: 4, height: 4, .crop)
      }
    }
  }
}
