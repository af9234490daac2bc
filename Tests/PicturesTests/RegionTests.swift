import Foundation
import Pictures
import Platform
import TestMaterial
import Testing

@Suite("Regions of pictures")
struct RegionTests {
  private static func part(_ left: Int, _ top: Int, _ width: Int, _ height: Int) -> PictureRegion.Choice {
    { across, down in
      PictureRegion(
        left: Double(left) / Double(across), top: Double(top) / Double(down), width: Double(width) / Double(across),
        height: Double(height) / Double(down))
    }
  }

  @Test(
    "A region of a photograph equals that part of the whole decoded photograph",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)),
    .enabled(if: Libraries.hasTurboJPEG, Libraries.turboJPEGNeed))
  func photograph() throws {
    let picture = try #require(LabelledPictures(folder: Material.flowers17).classes.first?.pictures.first)
    var size = (width: 0, height: 0)
    _ = try PictureReader(width: 8, height: 8).read(picture) { width, height in
      size = (width, height)
      return nil
    }
    let whole = try PictureReader(width: size.width, height: size.height).read(picture)
    // One to one, enlarged, and reduced so much that the decoder scales too.
    for (side, target) in [(96, 96), (40, 100), (400, 90)] {
      let (left, top) = (size.width - side - 7, 31)
      let cut = BitmapFile(width: side, height: side) { whole.colour(left + $0, top + $1) }
      let expected = try cut.bytes.read(width: target, height: target, .squash)
      let found = try PictureReader(width: target, height: target).read(
        picture, region: Self.part(left, top, side, side))
      // The filter also reads pixels just outside the region, and the decoder scales with another filter.
      #expect(try #require(found.meanDifference(from: expected)) < (target < side ? 3 : 1), "\(side) to \(target)")
      if side == target { #expect(found == expected) }
    }
  }

  @Test("A file, its bytes and the caller's memory give the same region")
  func sources() throws {
    let folder = try TemporaryFolder()
    let file = folder.appending("a.bmp")
    let bytes = BitmapFile(width: 20, height: 10) { x, y in [x * 10, y * 20, 7] }.bytes
    try Data(bytes).write(to: file)
    let reader = try PictureReader(width: 6, height: 6)
    let region = Self.part(3, 2, 9, 5)
    let expected = try reader.read(file, region: region)
    #expect(try bytes.withUnsafeBytes { try reader.read($0, region: region) } == expected)
    var memory = [UInt8](repeating: 0, count: reader.byteCount)
    try memory.withUnsafeMutableBytes { try reader.read(file, into: $0, region: region) }
    #expect(memory == expected.pixels)
    #expect(try reader.read(file) != expected)
    #expect(try reader.read(file) { _, _ in nil } == reader.read(file))
  }

  @Test(
    "Regions refer to the upright picture, in each of the eight orientations",
    .enabled(if: Libraries.hasTurboJPEG, Libraries.turboJPEGNeed), arguments: 1...8)
  func orientations(orientation: Int) throws {
    let bytes = OrientedJPEG.bytes(orientation)
    let turned = orientation > 4
    let (width, height) = turned ? (Reference.height, Reference.width) : (Reference.width, Reference.height)
    let whole = try bytes.read(width: width, height: height, .nearest)
    let cut = try PictureReader(width: 5, height: 4)
    let found = try bytes.withUnsafeBytes { try cut.read($0, region: Self.part(2, 7, 5, 4)) }
    #expect(found == Reference.tensor(width: 5, height: 4) { whole.colour(2 + $0, 7 + $1) })
  }

  @Test(
    "Regions of pictures in other formats are exact, streamed or not",
    .enabled(if: Libraries.hasVips, Libraries.vipsNeed))
  func formats() throws {
    let reader = try PictureReader(width: 6, height: 5)
    for fixture in [Fixture.png, .turnedPNG, .rgba16PNG, .palettePNG, .webP, .turnedWebP, .gif, .tiff, .turnedTIFF] {
      // Turned pictures are higher than wide.
      var size = (width: 0, height: 0)
      let found = try fixture.bytes.withUnsafeBytes { bytes in
        try reader.read(bytes) { width, height in
          size = (width, height)
          return Self.part(5, 6, 6, 5)(width, height)
        }
      }
      let whole = try fixture.read(width: size.width, height: size.height)
      #expect(found == Reference.tensor(width: 6, height: 5) { whole.colour(5 + $0, 6 + $1) })
    }
  }

  @Test(
    "Regions that are empty or not within the picture are refused",
    arguments: [
      (0, 0, 0, 1), (0, 0, 1, 0), (0, 0, -1, 1), (-0.1, 0, 0.5, 0.5), (0, -0.1, 0.5, 0.5), (0.6, 0, 0.5, 1),
      (0, 0.6, 1, 0.5), (.nan, 0, 1, 1), (0, 0, .nan, 1), (0, 0, .infinity, 1), (-.infinity, 0, .infinity, 1),
    ] as [(Double, Double, Double, Double)])
  func bad(left: Double, top: Double, width: Double, height: Double) throws {
    let region = PictureRegion(left: left, top: top, width: width, height: height)
    let reader = try PictureReader(width: 8, height: 8)
    let pictures = [BitmapFile(width: 9, height: 9) { _, _ in [1, 2, 3] }.bytes, Fixture.jpeg.bytes]
    for bytes in pictures.prefix(Libraries.hasTurboJPEG ? 2 : 1) {
      let error = #expect(throws: PictureError.self) {
        try bytes.withUnsafeBytes { try reader.read($0) { _, _ in region } }
      }
      #expect(error?.description.contains("within 0...1") == true)
    }
  }

  @Test("Regions smaller than a pixel, and fractions that add up to slightly more than 1, can be read")
  func edges() throws {
    let bytes = BitmapFile(width: 3, height: 3) { x, y in [x * 100, y * 100, 0] }.bytes
    let reader = try PictureReader(width: 2, height: 2)
    let spot = PictureRegion(left: 5 / 6.0 - 1e-6, top: 1 / 6.0, width: 1e-6, height: 1e-300)
    let found = try bytes.withUnsafeBytes { try reader.read($0) { _, _ in spot } }
    #expect(found == Reference.tensor(width: 2, height: 2) { _, _ in [200, 0, 0] })
    let rounded = PictureRegion(left: 0.1, top: 0.7, width: 0.9.nextUp, height: 0.3.nextUp)
    #expect(throws: Never.self) { try bytes.withUnsafeBytes { try reader.read($0) { _, _ in rounded } } }
  }
}
