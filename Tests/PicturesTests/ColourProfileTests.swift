import Foundation
import Pictures
import TestMaterial
import Testing

@Suite(
  "Colour profiles", .enabled(if: Libraries.hasTurboJPEG && Libraries.hasVips, Libraries.vipsNeed))
struct ColourProfileTests {
  /// Patches of 16x16 pixels, which JPEG keeps.
  private static let patches = [
    [220, 40, 30], [40, 200, 60], [30, 60, 210], [250, 250, 250], [90, 90, 90], [240, 180, 20], [12, 8, 20],
    [128, 0, 255],
  ]

  private static let picture = PixelTensor(
    width: 128, height: 16,
    pixels: (0..<128 * 16).flatMap { place in patches[place % 128 / 16].map { UInt8($0) } })

  private static var jpeg: [UInt8] { picture?.jpeg(quality: 100) ?? [] }

  private static var png: [UInt8] {
    var rows: [UInt8] = []
    for start in stride(from: 0, to: 128 * 16 * 3, by: 128 * 3) {
      rows.append(0)
      rows += picture?.pixels[start..<start + 384] ?? []
    }
    let header = PNGChunk.number(128) + PNGChunk.number(16) + [8, 2, 0, 0, 0]
    let chunks = [PNGChunk("IHDR", header), PNGChunk("IDAT", PNGChunk.deflated(rows)), PNGChunk("IEND", [])]
    return Array(Fixture.png.bytes[..<8]) + chunks.flatMap(\.bytes)
  }

  /// Returns the colours at the patches' centres.
  private func patches(_ bytes: [UInt8]) throws -> [[Int]] {
    let tensor = try bytes.read(width: 128, height: 16, .nearest)
    return (0..<8).map { tensor.colour($0 * 16 + 8, 8) }
  }

  private func difference(_ one: [[Int]], _ other: [[Int]]) -> Int {
    zip(one.joined(), other.joined()).map { abs($0 - $1) }.max() ?? 255
  }

  private static let profiles: [(String, ProfileFile)] = [
    ("Display P3", ProfileFile(primaries: ProfileFile.displayP3)),
    ("gamma 1.8", ProfileFile(curve: .gamma(1.8))),
    (
      "Adobe RGB",
      ProfileFile(
        primaries: [[0.6097, 0.3111, 0.0195], [0.2053, 0.6257, 0.0609], [0.1492, 0.0632, 0.7446]], curve: .gamma(2.2))
    ),
  ]

  @Test("A JPEG and a PNG of the same pixels and profile give the same colours", arguments: profiles)
  func alike(name: String, profile: ProfileFile) throws {
    let png = try patches(profile.embedded(inPNG: Self.png))
    #expect(try difference(patches(profile.embedded(inJPEG: Self.jpeg)), png) <= 3, "\(name)")
    #expect(difference(png, Self.patches) > 10, "\(name)")
  }

  @Test("The profile of sRGB changes no byte of a JPEG's tensor")
  func unchanged() throws {
    let plain = try Self.jpeg.read(width: 50, height: 10, .squash)
    #expect(try ProfileFile().embedded(inJPEG: Self.jpeg).read(width: 50, height: 10, .squash) == plain)
  }

  @Test("A profile in several segments is put together; one of which a part is missing is ignored")
  func segments() throws {
    let profile = ProfileFile(primaries: ProfileFile.displayP3)
    let whole = try profile.embedded(inJPEG: Self.jpeg).read(width: 128, height: 16, .nearest)
    let cut = profile.embedded(inJPEG: Self.jpeg, most: 100)
    #expect(try cut.read(width: 128, height: 16, .nearest) == whole)
    let incomplete = Array(cut[..<2]) + cut[120...]
    #expect(try incomplete.read(width: 128, height: 16, .nearest) == Self.jpeg.read(width: 128, height: 16, .nearest))
  }

  @Test("A profile of grey applies to a grey JPEG, and one of colours does not")
  func grey() throws {
    let plain = try Fixture.greyJPEG.read()
    let bright = try ProfileFile(primaries: [], curve: .gamma(1)).embedded(inJPEG: Fixture.greyJPEG.bytes)
      .read(width: Reference.width, height: Reference.height, .nearest)
    #expect(bright.colour(8, 6)[0] > plain.colour(8, 6)[0] + 20)
    let others = try ProfileFile(primaries: ProfileFile.displayP3).embedded(inJPEG: Fixture.greyJPEG.bytes)
      .read(width: Reference.width, height: Reference.height, .nearest)
    #expect(others == plain)
  }

  @Test("A damaged profile is ignored")
  func damaged() throws {
    let plain = try Self.jpeg.read(width: 128, height: 16, .nearest)
    let bytes = ProfileFile(primaries: ProfileFile.displayP3).embedded(inJPEG: Self.jpeg)
    let signature = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("acsp".utf8)) })
    var changed = bytes
    changed[signature] = 0
    #expect(try changed.read(width: 128, height: 16, .nearest) == plain)
    for count in [10, 100, 127, 131, 150] {
      let short = Array(ProfileFile().bytes[..<count])
      let segment: [UInt8] = [0xFF, 0xE2, 0, UInt8(count + 16)] + Array("ICC_PROFILE".utf8) + [0, 1, 1] + short
      let jpeg = Array(Self.jpeg[..<2]) + segment + Array(Self.jpeg[2...])
      #expect(try jpeg.read(width: 128, height: 16, .nearest) == plain, "\(count)")
    }
  }

  @Test("A table of billions of colours in a few bytes is ignored")
  func tables() throws {
    let plain = try Self.jpeg.read(width: 128, height: 16, .nearest)
    // Three inputs, three outputs, a grid of 255 points a side.
    let table = Array("mft2".utf8) + [0, 0, 0, 0, 3, 3, 255, 0] + Array(repeating: UInt8(0), count: 100)
    let profile = ProfileFile(primaries: ProfileFile.displayP3, others: [("A2B0", table)])
    let clock = ContinuousClock()
    let start = clock.now
    #expect(try profile.embedded(inJPEG: Self.jpeg).read(width: 128, height: 16, .nearest) == plain)
    #expect(try difference(patches(profile.embedded(inPNG: Self.png)), Self.patches) == 0)
    #expect(clock.now - start < .seconds(5))
  }

  @Test(
    "A photograph has the same colours as JPEG, PNG and HEIC",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
  func photographs() throws {
    let reader = try PictureReader(width: 400, height: 300, resize: .nearest)
    let jpeg = try reader.read(Material.root.appending(path: "wild/display_p3.jpg"))
    let png = try reader.read(Material.root.appending(path: "wild/display_p3.png"))
    #expect(try #require(jpeg.meanDifference(from: png)) < 1.5)
    if let heic = try? reader.read(Material.root.appending(path: "wild/display_p3.heic")) {
      #expect(try #require(heic.meanDifference(from: png)) < 3)
    }
  }
}
