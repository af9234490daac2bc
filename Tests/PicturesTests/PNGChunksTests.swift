import Testing

@testable import Pictures

@Suite("Chunks of PNG")
struct PNGChunksTests {
  private static let texts = [
    PNGChunk("zTXt", Array("Comment".utf8) + [0, 0] + PNGChunk.deflated([1, 2, 3])),
    PNGChunk("iTXt", Array("XML".utf8) + [0, 1, 0, 0, 0] + PNGChunk.deflated([1, 2, 3])),
    PNGChunk("iTXt", Array(repeating: 65, count: 100)),
  ].flatMap(\.bytes)
  private static let kept = [
    PNGChunk("tEXt", Array("Comment".utf8) + [0, 65]), PNGChunk("iTXt", Array("XML".utf8) + [0, 0, 0, 0, 0, 65]),
  ].flatMap(\.bytes)

  /// Returns what is left of a file.
  private func thinned(_ bytes: [UInt8]) throws -> [UInt8] {
    let buffer = ReusableBuffer()
    return try bytes.withUnsafeBytes { bytes in
      try withExtendedLifetime(buffer) { Array(try PNGChunks(bytes, picture: "x").withoutTexts(buffer)) }
    }
  }

  @Test("Compressed texts are left out, wherever they are, and everything else is kept")
  func texts() throws {
    let png = Fixture.png.bytes
    let (head, pixels, end) = (Array(png[..<33]), Array(png[33..<png.count - 12]), Array(png[(png.count - 12)...]))
    #expect(try thinned(png) == png)
    #expect(try thinned(head + Self.kept + pixels + end) == head + Self.kept + pixels + end)
    #expect(try thinned(head + Self.texts + Self.kept + pixels + end) == head + Self.kept + pixels + end)
    #expect(try thinned(head + pixels + Self.texts + end) == png)
  }

  @Test("A file that ends before its last chunk is refused")
  func short() throws {
    for count in 8..<Fixture.png.bytes.count {
      #expect(throws: PictureError.corrupt(picture: "x", reason: "it ends too early"), "\(count)") {
        try thinned(Array(Fixture.png.bytes[..<count]))
      }
    }
  }

  @Test("More compressed data than the pixels can take is refused")
  func excess() throws {
    let png = Fixture.png.bytes
    let data = PNGChunk("IDAT", Array(repeating: 0, count: 1 << 17)).bytes
    #expect(throws: PictureError.corrupt(picture: "x", reason: "it has more data than pixels")) {
      try thinned(Array(png.dropLast(12)) + data + png.suffix(12))
    }
  }
}

@Suite("Pictures of many channels", .enabled(if: Libraries.hasVips, Libraries.vipsNeed))
struct ManyChannelsTests {
  /// Returns an uncompressed TIFF of one strip.
  private func tiff(width: Int, height: Int, channels: Int) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let pixels = width * height * channels
    let tags = [
      (256, width), (257, height), (258, 8), (259, 1), (262, 2), (273, 8 + 2 + 12 * 9 + 4), (277, channels),
      (278, height), (279, pixels),
    ]
    var bytes = Array("II".utf8) + number(42, 2) + number(8, 4) + number(tags.count, 2)
    for (tag, value) in tags { bytes += number(tag, 2) + number(4, 2) + number(1, 4) + number(value, 4) }
    return bytes + number(0, 4) + [UInt8](repeating: 90, count: pixels)
  }

  @Test("A few spare channels are ignored, and a hundred are refused")
  func channels() throws {
    #expect(try tiff(width: 4, height: 4, channels: 6).read(width: 4, height: 4, .nearest).pixels.count == 48)
    let error = #expect(throws: PictureError.self) {
      try tiff(width: 4, height: 4, channels: 100).read(width: 4, height: 4, .nearest)
    }
    #expect(error?.code == .unsupported && error?.message.contains("100 channels") == true)
  }
}
