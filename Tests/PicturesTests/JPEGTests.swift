import Pictures
import TestMaterial
import Testing

@Suite("JPEG", .enabled(if: Libraries.hasTurboJPEG, Libraries.turboJPEGNeed))
struct JPEGTests {
  @Test("Colours come out nearly as they are, in one scan or in several")
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

  @Test("One that breaks off is an error that says so")
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

  @Test("One whose pixels are damaged half-way is an error, though its end is there")
  func damaged() throws {
    let bytes = Fixture.jpeg.bytes
    let gap = Array(bytes[..<(bytes.count - 40)]) + bytes.suffix(2)
    #expect(throws: PictureError.self) { try gap.read(width: 16, height: 12, .nearest) }
  }

  @Test("Bytes too many do no harm")
  func extraneous() throws {
    let bytes = Fixture.jpeg.bytes
    #expect(try (bytes + [1, 2, 3]).read(width: 16, height: 12, .nearest) == Fixture.jpeg.read())
    let between = Array(bytes[..<2]) + [0xFF, 0xFF, 0xFF] + bytes[2...]
    #expect(try between.read(width: 16, height: 12, .nearest) == Fixture.jpeg.read())
    let junk = Array(bytes.dropLast(2)) + [0, 7, 7, 7] + bytes.suffix(2)
    #expect(try junk.read(width: 16, height: 12, .nearest) == Fixture.jpeg.read())
  }

  @Test("Bytes too many do not hide that the picture breaks off")
  func extraneousAndTruncated() throws {
    let bytes = Fixture.progressiveJPEG.bytes
    // Before the second scan's tables.
    let mark = try #require(bytes.indices.dropFirst(300).first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC4 })
    let broken = Array(bytes[..<mark]) + [0, 7, 7] + bytes[mark..<bytes.count - 20]
    #expect(throws: PictureError.self) { try broken.read(width: 8, height: 8, .crop) }
  }

  @Test("More scans than are reasonable are refused")
  func scans() throws {
    let bytes = Fixture.progressiveJPEG.bytes
    let scan = try #require(bytes.indices.dropLast().last { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
    let repeated = Array(bytes[..<scan]) + (0..<600).flatMap { _ in bytes[scan..<bytes.count - 2] } + bytes.suffix(2)
    #expect(throws: PictureError.self) { try repeated.read(width: 8, height: 8, .crop) }
  }

  @Test("A claim of 60000x60000 pixels is refused before it is decoded")
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

  @Test("Decoding at a smaller size changes little", .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
  func scaled() throws {
    let picture = try #require(LabelledPictures(folder: Material.flowers17).classes.first?.pictures.first)
    // Both sides of the step from one half to the whole.
    let whole = try PictureReader(width: 256, height: 256).read(picture)
    let half = try PictureReader(width: 128, height: 128).read(picture)
    let shrunk = Reference.tensor(width: 128, height: 128) { x, y in
      (0..<3).map { channel in
        let sum = [(0, 0), (1, 0), (0, 1), (1, 1)].reduce(0) { $0 + whole.colour(2 * x + $1.0, 2 * y + $1.1)[channel] }
        return sum / 4
      }
    }
    #expect(try #require(half.meanDifference(from: shrunk)) < 4)
  }
}
