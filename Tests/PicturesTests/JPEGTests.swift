import Pictures
import TestMaterial
import Testing

@Suite("Reading JPEG", .enabled(if: Libraries.hasTurboJPEG, Libraries.turboJPEGNeed))
struct JPEGTests {
  @Test("Colours are nearly unchanged, in one scan or in several")
  func colours() throws {
    let picture = try Fixture.jpeg.read()
    #expect(try #require(picture.meanDifference(from: Reference.colours)) < 20)
    #expect(try picture == Fixture.progressiveJPEG.read())
  }

  @Test("Grey becomes three equal colours")
  func grey() throws {
    let picture = try Fixture.greyJPEG.read()
    #expect(try #require(picture.difference(from: Reference.greys)) <= 12)
    #expect(stride(from: 0, to: picture.pixels.count, by: 3).allSatisfy { Set(picture.pixels[$0..<$0 + 3]).count == 1 })
  }

  @Test("A file that ends too early is an error")
  func truncated() throws {
    for fixture in [Fixture.jpeg, .progressiveJPEG, .greyJPEG] {
      for count in 1..<fixture.bytes.count - 2 {
        let bytes = Array(fixture.bytes[..<count])
        #expect(throws: PictureError.self, "\(count) of \(fixture.bytes.count)") {
          try bytes.read(width: 8, height: 8, .crop)
        }
      }
    }
  }

  @Test("Pixels damaged half-way are an error, even with the end marker")
  func damaged() throws {
    let bytes = Fixture.jpeg.bytes
    let gap = Array(bytes[..<(bytes.count - 40)]) + bytes.suffix(2)
    #expect(throws: PictureError.self) { try gap.read(width: 16, height: 12, .nearest) }
  }

  @Test("Extraneous bytes are ignored")
  func extraneous() throws {
    let bytes = Fixture.jpeg.bytes
    #expect(try (bytes + [1, 2, 3]).read(width: 16, height: 12, .nearest) == Fixture.jpeg.read())
    let between = Array(bytes[..<2]) + [0xFF, 0xFF, 0xFF] + bytes[2...]
    #expect(try between.read(width: 16, height: 12, .nearest) == Fixture.jpeg.read())
    let junk = Array(bytes.dropLast(2)) + [0, 7, 7, 7] + bytes.suffix(2)
    #expect(try junk.read(width: 16, height: 12, .nearest) == Fixture.jpeg.read())
  }

  @Test("Extraneous bytes do not hide that the file ends too early")
  func extraneousAndTruncated() throws {
    let bytes = Fixture.progressiveJPEG.bytes
    // Before the second scan's tables.
    let mark = try #require(bytes.indices.dropFirst(300).first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC4 })
    let broken = Array(bytes[..<mark]) + [0, 7, 7] + bytes[mark..<bytes.count - 20]
    #expect(throws: PictureError.self) { try broken.read(width: 8, height: 8, .crop) }
  }

  @Test("Unreasonably many scans are refused")
  func scans() throws {
    let bytes = Fixture.progressiveJPEG.bytes
    let scan = try #require(bytes.indices.dropLast().last { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
    let repeated = Array(bytes[..<scan]) + (0..<600).flatMap { _ in bytes[scan..<bytes.count - 2] } + bytes.suffix(2)
    #expect(throws: PictureError.self) { try repeated.read(width: 8, height: 8, .crop) }
  }

  @Test("A header of 60000x60000 pixels is refused before decoding")
  func claims() throws {
    for fixture in [Fixture.jpeg, .progressiveJPEG] {
      var bytes = fixture.bytes
      let frame = try #require(
        bytes.indices.dropLast(9).first { bytes[$0] == 0xFF && (bytes[$0 + 1] == 0xC0 || bytes[$0 + 1] == 0xC2) })
      bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xEA, 0x60, 0xEA, 0x60])
      let error = #expect(throws: PictureError.self) { try bytes.read(width: 8, height: 8, .crop) }
      #expect(error == .tooLarge(picture: "the picture", width: 60000, height: 60000, limit: 1 << 28))
    }
  }

  @Test(
    "Decoding at a smaller scale changes little")
  func scaled() throws {
    let picture = try #require(LabelledPictures(folder: Material.flowers17).classes.first?.pictures.first)
    // One size at which the decoder uses full scale, and one at which it uses half scale.
    let full = try PictureReader(width: 256, height: 256).read(picture)
    let half = try PictureReader(width: 128, height: 128).read(picture)
    let shrunk = Reference.tensor(width: 128, height: 128) { x, y in
      (0..<3).map { channel in
        let sum = [(0, 0), (1, 0), (0, 1), (1, 1)].reduce(0) { $0 + full.colour(2 * x + $1.0, 2 * y + $1.1)[channel] }
        return sum / 4
      }
    }
    #expect(try #require(half.meanDifference(from: shrunk)) < 4)
  }
}

@Suite("Writing JPEG")
struct WritingJPEGTests {
  private func gradient(_ width: Int, _ height: Int) throws -> PixelTensor {
    var pixels: [UInt8] = []
    for row in 0..<height {
      for column in 0..<width {
        pixels += [UInt8(column * 255 / max(1, width - 1)), UInt8(row * 255 / max(1, height - 1)), 90]
      }
    }
    return try #require(PixelTensor(width: width, height: height, pixels: pixels))
  }

  @Test("A written file reads back as nearly the same picture", arguments: [(64, 64), (33, 17), (1, 1), (160, 41)])
  func back(width: Int, height: Int) throws {
    let picture = try gradient(width, height)
    let bytes = try #require(picture.jpeg(quality: 95))
    let reader = try PictureReader(width: width, height: height, resize: .squash)
    let read = try bytes.withUnsafeBytes { try reader.read($0) }
    let error = zip(picture.pixels, read.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    #expect(Double(error) / Double(picture.pixels.count) < 6)
  }

  @Test("Higher quality makes larger files, and values out of range are clamped")
  func quality() throws {
    let picture = try gradient(80, 80)
    let sizes = try [-5, 1, 50, 100, 900].map { try #require(picture.jpeg(quality: $0)).count }
    #expect(sizes == sizes.sorted())
    #expect(sizes[0] == sizes[1] && sizes[3] == sizes[4])
    #expect(sizes[1] < sizes[2] && sizes[2] < sizes[3])
  }

  @Test("A picture wider than JPEG allows gives no file")
  func tooLarge() throws {
    let long = try #require(PixelTensor(width: 70_000, height: 1, pixels: Array(repeating: 0, count: 210_000)))
    #expect(long.jpeg() == nil)
  }
}
