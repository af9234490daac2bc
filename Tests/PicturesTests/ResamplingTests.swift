import Foundation
import Pictures
import Platform
import TestMaterial
import Testing

/// A reference resizer that computes the formula pixel by pixel.
private enum Triangle {
  /// Returns the indices and weights of the source pixels in a target pixel.
  private static func weights(_ target: Int, start: Double, scale: Double, source: Int) -> [(Int, Double)] {
    let support = max(scale, 1)
    let centre = start + (Double(target) + 0.5) * scale
    let triangle = (0..<source).map { (place: Int) -> Double in
      let distance = abs(Double(place) + 0.5 - centre)
      return max(0, 1 - distance / support)
    }
    let sum = triangle.reduce(0, +)
    return triangle.enumerated().filter { $0.element > 0 }.map { ($0.offset, $0.element / sum) }
  }

  static func resize(
    source: (width: Int, height: Int), target: (width: Int, height: Int),
    frame: (left: Double, top: Double, width: Double, height: Double), _ colour: (_ x: Int, _ y: Int) -> [Int]
  ) -> PixelTensor? {
    let columns = (0..<target.width).map {
      weights($0, start: frame.left, scale: frame.width / Double(target.width), source: source.width)
    }
    let rows = (0..<target.height).map {
      weights($0, start: frame.top, scale: frame.height / Double(target.height), source: source.height)
    }
    return Reference.tensor(width: target.width, height: target.height) { x, y in
      var sums = [0.0, 0.0, 0.0]
      for (row, down) in rows[y] {
        for (column, across) in columns[x] {
          for (channel, value) in colour(column, row).enumerated() { sums[channel] += Double(value) * down * across }
        }
      }
      return sums.map { Int($0.rounded()) }
    }
  }
}

@Suite("Resizing")
struct ResamplingTests {
  /// A picture in which every pixel differs from its neighbours.
  private static func colour(_ x: Int, _ y: Int) -> [Int] {
    [(x * 97 + y * 31) % 256, (x * y * 13) % 256, (x + y) % 2 * 255]
  }

  private func read(_ width: Int, _ height: Int, to target: (Int, Int), _ resize: Resize) throws -> PixelTensor {
    try BitmapFile(width: width, height: height, colour: Self.colour).bytes
      .read(width: target.0, height: target.1, resize)
  }

  @Test(
    "Linear blends the four nearest pixels, as OpenCV does",
    arguments: [(16, 16), (40, 7), (1, 1), (3, 90), (900, 41)], [(16, 16), (5, 11), (1, 1), (64, 3)])
  func linear(source: (Int, Int), target: (Int, Int)) throws {
    func places(_ i: Int, _ source: Int, _ target: Int) -> [(Int, Double)] {
      let position = (Double(i) + 0.5) * Double(source) / Double(target) - 0.5
      let first = Int(position.rounded(.down))
      let share = position - Double(first)
      return [(min(max(first, 0), source - 1), 1 - share), (min(max(first + 1, 0), source - 1), share)]
    }
    let expected = Reference.tensor(width: target.0, height: target.1) { x, y in
      var sums = [0.0, 0.0, 0.0]
      for (row, down) in places(y, source.1, target.1) {
        for (column, across) in places(x, source.0, target.0) {
          for (channel, value) in Self.colour(column, row).enumerated() {
            sums[channel] += Double(value) * down * across
          }
        }
      }
      return sums.map { Int($0.rounded()) }
    }
    let found = try read(source.0, source.1, to: target, .linear)
    #expect(try #require(found.difference(from: expected)) <= 1)
  }

  @Test(
    "Linear gives OpenCV's bytes, of which the checksums are",
    arguments: [
      ((40, 7), (16, 16), 312_381_534), ((40, 7), (5, 11), 174_986_933), ((40, 7), (224, 224), 1_360_683_470),
      ((3, 90), (16, 16), 263_116_446), ((3, 90), (5, 11), 171_404_246), ((3, 90), (224, 224), 1_432_396_304),
      ((640, 480), (16, 16), 1_409_511_296), ((640, 480), (224, 224), 4_143_057_744),
      ((448, 448), (224, 224), 2_271_433_728), ((16, 16), (16, 16), 4_123_480_256),
      ((16, 16), (5, 11), 3_966_532_196), ((1280, 719), (224, 224), 152_185_502),
    ] as [((Int, Int), (Int, Int), UInt32)])
  func linearBytes(source: (Int, Int), target: (Int, Int), checksum: UInt32) throws {
    // cv2.resize(picture, target) of opencv-python 4.11, and for each byte: sum = 31 * sum + byte.
    let found = try read(source.0, source.1, to: target, .linear)
    #expect(found.pixels.reduce(UInt32(0)) { $0 &* 31 &+ UInt32($1) } == checksum)
    let cut = BitmapFile(width: source.0 + 9, height: source.1 + 7) { Self.colour(max(0, $0 - 4), max(0, $1 - 5)) }
      .bytes
    let window = try #require(PictureWindow(x: 4, y: 5, width: Double(source.0), height: Double(source.1)))
    let reader = try PictureReader(width: target.0, height: target.1, resize: .linear)
    var bytes = [UInt8](repeating: 0, count: reader.byteCount)
    try cut.withUnsafeBytes { file in
      try bytes.withUnsafeMutableBytes { try reader.read(file, into: $0, view: PictureView(window: window)) }
    }
    #expect(bytes == found.pixels, "a window counts as a picture of its own")
  }

  @Test(
    "Squashing weights every source pixel by a triangle",
    arguments: [(16, 16), (40, 7), (1, 1), (3, 90), (37, 41)], [(16, 16), (5, 11), (1, 1), (64, 3)])
  func squash(source: (Int, Int), target: (Int, Int)) throws {
    let found = try read(source.0, source.1, to: target, .squash)
    let expected = Triangle.resize(
      source: source, target: target, frame: (0, 0, Double(source.0), Double(source.1)), Self.colour)
    #expect(try #require(found.difference(from: expected)) <= 1)
  }

  @Test(
    "A crop is the largest centred part with the tensor's proportions, or a fraction of it",
    arguments: [(50, 30), (30, 50), (33, 33), (1, 9)], [(12, 12), (14, 6), (5, 9)])
  func crop(source: (Int, Int), target: (Int, Int)) throws {
    for fraction in [1, 0.875, 0.3] {
      let scale = min(Double(source.0) / Double(target.0), Double(source.1) / Double(target.1)) * fraction
      let (width, height) = (Double(target.0) * scale, Double(target.1) * scale)
      let expected = Triangle.resize(
        source: source, target: target,
        frame: ((Double(source.0) - width) / 2, (Double(source.1) - height) / 2, width, height), Self.colour)
      let found = try read(source.0, source.1, to: target, .crop(fraction: fraction))
      #expect(try #require(found.difference(from: expected)) <= 1, "\(fraction)")
    }
  }

  @Test(
    "A region is stretched over the tensor, whatever the resizing method",
    arguments: [(50, 30), (33, 33), (1, 9)], [Resize.crop(fraction: 0.5), .pad, .nearest])
  func region(source: (Int, Int), resize: Resize) throws {
    let file = BitmapFile(width: source.0, height: source.1, colour: Self.colour).bytes
    let reader = try PictureReader(width: 14, height: 9, resize: resize)
    for (left, top, width, height) in [(0.0, 0.0, 1.0, 1.0), (0.1, 0.3, 0.4, 0.7), (0.8, 0, 0.2, 0.01)] {
      let region = PictureRegion(left: left, top: top, width: width, height: height)
      let across = Double(source.0)
      let down = Double(source.1)
      let expected = Triangle.resize(
        source: source, target: (14, 9), frame: (left * across, top * down, width * across, height * down),
        Self.colour)
      let found = try file.withUnsafeBytes { try reader.read($0) { _, _ in region } }
      #expect(try #require(found.difference(from: expected)) <= 1, "\(region)")
    }
  }

  @Test("Padding shows the whole picture between black bars")
  func pad() throws {
    let wide = try read(40, 20, to: (20, 20), .pad)
    let inner = try read(40, 20, to: (20, 10), .squash)
    let expected = Reference.tensor(width: 20, height: 20) { x, y in
      (5..<15).contains(y) ? inner.colour(x, y - 5) : [0, 0, 0]
    }
    #expect(wide == expected)
    let high = try read(20, 40, to: (20, 20), .pad)
    let innerColumns = try read(20, 40, to: (10, 20), .squash)
    let expectedColumns = Reference.tensor(width: 20, height: 20) { x, y in
      (5..<15).contains(x) ? innerColumns.colour(x - 5, y) : [0, 0, 0]
    }
    #expect(high == expectedColumns)
    // A line so thin that its scaled height rounds to 0.
    #expect(try read(900, 1, to: (8, 8), .pad).pixels.contains { $0 > 0 })
  }

  @Test("The nearest pixel is copied unchanged")
  func nearest() throws {
    let found = try read(31, 17, to: (11, 40), .nearest)
    let expected = Reference.tensor(width: 11, height: 40) { x, y in
      Self.colour(Int((Double(x) + 0.5) * 31 / 11), Int((Double(y) + 0.5) * 17 / 40))
    }
    #expect(found == expected)
  }

  @Test(
    "A picture that already has the tensor's size does not change", arguments: [Resize.crop, .squash, .pad, .nearest])
  func same(resize: Resize) throws {
    let expected = Reference.tensor(width: 23, height: 19, Self.colour)
    #expect(try read(23, 19, to: (23, 19), resize) == expected)
  }

  @Test("One colour stays that colour at any size", arguments: [0, 1, 127, 254, 255])
  func plain(value: Int) throws {
    for (width, height) in [(1, 1), (3, 700), (500, 4), (61, 61)] {
      let bytes = BitmapFile(width: width, height: height) { _, _ in [value, value, value] }.bytes
      for (targetWidth, targetHeight) in [(1, 1), (7, 5), (100, 3)] {
        for resize in [Resize.crop, .crop(fraction: 0.5), .squash] {
          let found = try bytes.read(width: targetWidth, height: targetHeight, resize)
          #expect(found.pixels.allSatisfy { $0 == UInt8(value) }, "\(width)x\(height) \(resize)")
        }
      }
    }
  }

  @Test("Reductions by hundreds average the pixels they cover")
  func large() throws {
    let bytes = BitmapFile(width: 1000, height: 700) { x, y in
      [x * 255 / 999, y * 255 / 699, (x / 50 + y / 50) % 2 * 255]
    }.bytes
    let found = try bytes.read(width: 4, height: 2, .squash)
    let expected = Triangle.resize(
      source: (1000, 700), target: (4, 2), frame: (0, 0, 1000, 700)
    ) { x, y in [x * 255 / 999, y * 255 / 699, (x / 50 + y / 50) % 2 * 255] }
    #expect(try #require(found.difference(from: expected)) <= 2)
  }

  @Test("Rounding does not darken the picture", arguments: [(300, 300), (41, 37), (20, 20)])
  func bias(source: (Int, Int)) throws {
    let found = try read(source.0, source.1, to: (15, 15), .squash)
    let expected = try #require(
      Triangle.resize(
        source: source, target: (15, 15), frame: (0, 0, Double(source.0), Double(source.1)), Self.colour))
    let sum = zip(found.pixels, expected.pixels).reduce(0) { $0 + Int($1.0) - Int($1.1) }
    #expect(abs(Double(sum)) / Double(found.pixels.count) < 0.03)
  }

  @Test("A reader gives the same tensor for a picture, whatever it read before")
  func memory() throws {
    let reader = try PictureReader(width: 9, height: 9)
    let files = [(30, 20), (20, 30), (1, 1), (9, 9), (200, 10), (30, 20)].map {
      BitmapFile(width: $0.0, height: $0.1, colour: Self.colour).bytes
    }
    for file in files + files.reversed() {
      #expect(try file.withUnsafeBytes { try reader.read($0) } == file.read(width: 9, height: 9, .crop))
    }
  }

  @Test(
    "Pillow gives the same pixels, except for the last bit",
    .enabled(if: Python.isPresent, Comment(rawValue: Python.need)),
    arguments: [("crop", 96, 96), ("crop", 60, 100), ("squash", 31, 77), ("nearest", 50, 50), ("crop:0.875", 64, 64)])
  func pillow(method: String, width: Int, height: Int) throws {
    let folder = try TemporaryFolder()
    let picture = Material.coralPicture("cat_train_0")
    let printed = try Python.run(
      """
      import sys
      from PIL import Image, ImageOps
      path, method, width, height, out = sys.argv[1:]
      size = int(width), int(height)
      image = Image.open(path).convert("RGB")
      if method == "squash": image = image.resize(size, Image.BILINEAR)
      elif method == "nearest": image = image.resize(size, Image.NEAREST)
      elif method == "crop": image = ImageOps.fit(image, size, Image.BILINEAR)
      else:
        side = min(image.size) * float(method.split(":")[1])
        left, top = (image.width - side) / 2, (image.height - side) / 2
        image = image.resize(size, Image.BILINEAR, box=(left, top, left + side, top + side))
      open(out, "wb").write(image.tobytes())
      print(image.width, image.height)
      """,
      [picture.path, method, "\(width)", "\(height)", folder.appending("out").path])
    #expect(printed == "\(width) \(height)\n")
    let expected = PixelTensor(
      width: width, height: height, pixels: Array(try Data(contentsOf: folder.appending("out"))))
    let found = try PictureReader(width: width, height: height, resize: #require(Resize(method))).read(picture)
    #expect(try #require(found.difference(from: expected)) <= (method == "nearest" ? 0 : 1))
    #expect(try #require(found.meanDifference(from: expected)) < 0.25)
  }
}

@Suite("Names of resizing methods")
struct ResizeTests {
  @Test(
    "Names of methods are parsed and printed",
    arguments: [
      ("crop", Resize.crop), ("crop:0.875", .crop(fraction: 0.875)), ("squash", .squash), ("pad", .pad),
      ("nearest", .nearest),
    ])
  func names(text: String, resize: Resize) {
    #expect(Resize(text) == resize)
    #expect(resize.description == text)
  }

  @Test("A crop by the fraction 1 is the plain crop")
  func wholeCrop() {
    #expect(Resize("crop:1") == .crop)
  }

  @Test(
    "Other names are refused", arguments: ["", "Crop", "crop:", "crop:0", "crop:1.1", "crop:-1", "crop:nan", "fit"])
  func others(text: String) {
    #expect(Resize(text) == nil)
  }

  @Test("A tensor needs three bytes for each pixel")
  func tensor() {
    #expect(PixelTensor(width: 2, height: 1, pixels: [1, 2, 3, 4, 5, 6]) != nil)
    #expect(PixelTensor(width: 2, height: 1, pixels: [1, 2, 3, 4, 5]) == nil)
    #expect(PixelTensor(width: 0, height: 0, pixels: []) == nil)
    #expect(PixelTensor(width: .max, height: .max, pixels: [1, 2, 3]) == nil)
    let sum = PixelTensor(width: 1, height: 1, pixels: [1, 2, 3])?.withUnsafeBytes { $0.reduce(0) { $0 + Int($1) } }
    #expect(sum == 6)
  }
}

@Suite(
  "Golden pictures",
  .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
struct GoldenTests {
  private struct Golden: Decodable {
    struct Image: Decodable {
      let hash: String
      enum CodingKeys: String, CodingKey { case hash = "rgb_sha256" }
    }
    let images: [String: Image]
  }

  @Test("The nearest pixels of Coral's pictures have the golden hashes")
  func nearest() throws {
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: Material.golden("l2norm_coral.json")))
    #expect(golden.images.count == 7)
    let reader = try PictureReader(width: 224, height: 224, resize: .nearest)
    for (name, image) in golden.images {
      let tensor = try reader.read(Material.coralPicture(name))
      #expect(try SHA256Digest(of: tensor.pixels).hexadecimal == image.hash, "\(name)")
    }
  }
}
