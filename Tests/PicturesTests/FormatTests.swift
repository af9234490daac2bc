import Pictures
import Testing

@Suite("Formats that libvips reads", .enabled(if: Libraries.hasVips, Libraries.vipsNeed))
struct FormatTests {
  @Test(
    "Lossless formats keep the colours",
    arguments: [
      ("PNG", Fixture.png), ("16-bit PNG", .rgb16PNG), ("palette PNG", .palettePNG), ("WebP", .webP), ("GIF", .gif),
      ("first frame of GIF", .animatedGIF), ("TIFF", .tiff),
    ])
  func colours(name: String, fixture: Fixture) throws {
    #expect(try fixture.read() == Reference.colours, "\(name)")
  }

  @Test(
    "Grey becomes three equal colours",
    arguments: [("PNG", Fixture.greyPNG), ("16-bit PNG", .grey16PNG), ("big-endian TIFF", .bigEndianTIFF)])
  func grey(name: String, fixture: Fixture) throws {
    #expect(try fixture.read() == Reference.greys, "\(name)")
  }

  @Test(
    "Transparent pixels show white behind them",
    arguments: [("PNG", Fixture.rgbaPNG), ("16-bit PNG", .rgba16PNG), ("WebP", .rgbaWebP)])
  func transparency(name: String, fixture: Fixture) throws {
    let expected = Reference.tensor { x, y in
      Reference.colour(x, y).map { Reference.overWhite($0, Reference.alpha(x, y)) }
    }
    #expect(try #require(fixture.read().difference(from: expected)) <= 1, "\(name)")
  }

  @Test("Transparent grey shows white behind it")
  func transparentGrey() throws {
    let expected = Reference.tensor { x, y in
      let value = Reference.overWhite(Reference.grey(x, y), Reference.alpha(x, y))
      return [value, value, value]
    }
    #expect(try #require(Fixture.greyAlphaPNG.read().difference(from: expected)) <= 1)
  }

  @Test("Transparent colours of a palette are white")
  func transparentPalette() throws {
    let expected = Reference.tensor { x, y in (y * 16 + x) % 3 == 0 ? [255, 255, 255] : Reference.colour(x, y) }
    #expect(try Fixture.transparentPalettePNG.read() == expected)
  }

  @Test("A colour profile is applied, and a broken one is ignored")
  func profiles() throws {
    let exchanged = try Fixture.exchangedProfilePNG.read()
    // Red where green was stored, within the rounding of the conversion.
    #expect(exchanged.colour(15, 0)[1] > exchanged.colour(15, 0)[0] + 100)
    #expect(exchanged.colour(0, 11)[0] > exchanged.colour(0, 11)[1] + 100)
    #expect(try Fixture.brokenProfilePNG.read() == Reference.colours)
  }

  @Test("CMYK becomes RGB", arguments: [("TIFF", Fixture.cmykTIFF), ("JPEG", .cmykJPEG)])
  func inks(name: String, fixture: Fixture) throws {
    let picture = try fixture.read(width: 8, height: 8)
    let (white, black) = (picture.colour(1, 1), picture.colour(6, 1))
    let (cyan, red) = (picture.colour(1, 6), picture.colour(6, 6))
    #expect(white.allSatisfy { $0 > 245 }, "\(name) \(white)")
    #expect(black.allSatisfy { $0 < 70 }, "\(name) \(black)")
    #expect(cyan[0] < 80 && cyan[1] > 120 && cyan[2] > 180, "\(name) \(cyan)")
    #expect(red[0] > 180 && red[1] < 80 && red[2] < 80, "\(name) \(red)")
  }

  @Test("HEIC and AVIF colours are nearly unchanged", arguments: [("HEIC", Fixture.heic), ("AVIF", .avif)])
  func heif(name: String, fixture: Fixture) throws {
    let picture: PixelTensor
    do {
      picture = try fixture.read()
    } catch let error as PictureError where error.code == .unsupported {
      // A libvips without these decoders.
      return #expect(!error.message.hasSuffix(": "))
    }
    #expect(try #require(picture.meanDifference(from: Reference.colours)) < 8, "\(name)")
  }

  @Test(
    "A picture stored on its side is turned upright",
    arguments: [("PNG", Fixture.turnedPNG), ("WebP", .turnedWebP), ("TIFF", .turnedTIFF)])
  func turned(name: String, fixture: Fixture) throws {
    #expect(try fixture.read() == Reference.colours, "\(name)")
    let small = try fixture.bytes.read(width: 7, height: 5, .crop)
    let expected = try Fixture.png.bytes.read(width: 7, height: 5, .crop)
    #expect(try #require(small.difference(from: expected)) <= 1, "\(name)")
  }

  @Test("The same picture gives the same tensor from a file of any lossless format")
  func alike() throws {
    let expected = try BitmapFile(width: 16, height: 12, colour: Reference.colour).bytes.read(
      width: 9, height: 9, .crop)
    for fixture in [Fixture.png, .webP, .tiff, .gif] {
      #expect(try fixture.bytes.read(width: 9, height: 9, .crop) == expected)
    }
  }
}
