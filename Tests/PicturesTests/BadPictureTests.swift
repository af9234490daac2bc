import Foundation
import Pictures
import Platform
import TestMaterial
import Testing

@Suite("Files that are not pictures")
struct BadPictureTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ name: String, _ bytes: [UInt8]) throws -> URL {
    let url = folder.appending(name)
    try Data(bytes).write(to: url)
    return url
  }

  private func failure(_ url: URL) throws -> PictureError? {
    let reader = try PictureReader(width: 8, height: 8)
    return #expect(throws: PictureError.self) { try reader.read(url) }
  }

  @Test("A missing file, a folder, an empty file and a text file give different errors, each with the path")
  func kinds() throws {
    let missing = folder.appending("missing.jpg")
    #expect(try failure(missing) == .unreadable(picture: missing.path, reason: "No such file or directory"))
    #expect(try failure(folder.url) == .notAFile(picture: folder.url.path))
    let empty = try file("empty.jpg", [])
    #expect(try failure(empty) == .empty(picture: empty.path))
    let text = try file("text.jpg", Array("not a picture\n".utf8))
    #expect(try failure(text) == .unknownFormat(picture: text.path))
    for url in [missing, folder.url, empty, text] {
      let error = try failure(url)
      #expect(error?.description.hasPrefix(url.path) == true)
    }
  }

  @Test("Reading a pipe fails at once")
  func pipe() throws {
    let pipe = folder.appending("pipe.jpg")
    #expect(mkfifo(pipe.path, 0o600) == 0)
    #expect(try failure(pipe) == .notAFile(picture: pipe.path))
  }

  @Test(
    "A file without read permission is an error that says so", .enabled(if: geteuid() != 0, "root may read every file"))
  func permission() throws {
    let closed = try file("closed.jpg", Fixture.jpeg.bytes)
    chmod(closed.path, 0)
    #expect(try failure(closed) == .unreadable(picture: closed.path, reason: "Permission denied"))
  }

  @Test("A JPEG is read after damaged ones as if they had not been", .enabled(if: Libraries.hasTurboJPEG))
  func afterDamage() throws {
    let reader = try PictureReader(width: 16, height: 12, resize: .nearest)
    let good = try file("good.jpg", Fixture.jpeg.bytes)
    let expected = try reader.read(good)
    // A quantisation table with an impossible number, at which libturbojpeg stops within its segment.
    let table = Fixture(
      """
      /9j/4AAQSpcAAAAAAAAAAQABAAD/2wBDxAAXEQADAW0y/7QjUoBxkdH/2gAIAQF0A9cBAQEBAQIBPyEUFI4pkj3F5mj3F//aAAwDAQACAQAAAAAA\
      AAAAAAICAgISAeH/CAEDARAMO1NxB//Z
      """)
    for count in [Fixture.jpeg.bytes.count / 2, 150, 30, 20] {
      let cut = try file("cut.jpg", Array(Fixture.jpeg.bytes.prefix(count)))
      #expect(throws: PictureError.self) { try reader.read(cut) }
      #expect(try reader.read(good) == expected)
    }
    let damaged = try file("damaged.jpg", table.bytes)
    #expect(throws: PictureError.self) { try reader.read(damaged) }
    #expect(try reader.read(good) == expected)
  }

  @Test("A file name may have any script, spaces and brackets", .enabled(if: Libraries.hasVips))
  func names() throws {
    let reader = try PictureReader(width: 16, height: 12, resize: .nearest)
    for name in ["rose [page=3].png", "rose.png[shrink=2]", "роза 🌹.jpg", "no ending"] {
      #expect(try reader.read(file(name, Fixture.png.bytes)) == Reference.colours, "\(name)")
    }
  }

  @Test("Unsafe formats, and files that are not pictures, are refused without decoding")
  func others() throws {
    let beginnings = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>", "%PDF-1.4", "P6 1 1 255 abc", "8BPS",
      "#?RADIANCE", "BLIF", "RIFF1234AVI LIST", "....ftypmp42", "push graphic-context",
    ]
    for beginning in beginnings {
      let url = try file("x.png", Array(beginning.utf8) + [UInt8](repeating: 0, count: 100))
      #expect(try failure(url) == .unknownFormat(picture: url.path), "\(beginning)")
    }
  }

  @Test(
    "A header that states more pixels than the limit is refused", .enabled(if: Libraries.hasVips, Libraries.vipsNeed))
  func claims() throws {
    let huge = try file("huge.png", Fixture.hugePNG.bytes)
    #expect(try failure(huge) == .tooLarge(picture: huge.path, width: 30000, height: 30000, limit: 1 << 28))
    let interlaced = try file("interlaced.png", Fixture.largeInterlacedPNG.bytes)
    #expect(
      try failure(interlaced) == .tooLarge(picture: interlaced.path, width: 9000, height: 9000, limit: 1 << 26))
  }

  @Test("A GIF with a header of 65535x65535 pixels is refused", .enabled(if: Libraries.hasVips, Libraries.vipsNeed))
  func gif() throws {
    var bytes = Fixture.gif.bytes
    // The canvas, and the frame, which begins with a comma behind the palette of 256 colours.
    bytes.replaceSubrange(6..<10, with: [255, 255, 255, 255])
    let frame = try #require(bytes.indices.dropFirst(781).first { bytes[$0] == 0x2C })
    bytes.replaceSubrange(frame + 5..<frame + 9, with: [255, 255, 255, 255])
    #expect(throws: PictureError.tooLarge(picture: "the picture", width: 65535, height: 65535, limit: 1 << 28)) {
      try bytes.read(width: 8, height: 8, .crop)
    }
  }

  @Test(
    "A file that ends half-way is reported as damaged", .enabled(if: Libraries.hasVips && Libraries.hasTurboJPEG),
    arguments: [
      ("PNG", Fixture.palettePNG), ("16-bit PNG", .rgb16PNG), ("WebP", .webP), ("GIF", .gif), ("TIFF", .tiff),
      ("JPEG", .jpeg), ("HEIC", .heic), ("CMYK JPEG", .cmykJPEG),
    ])
  func half(name: String, fixture: Fixture) throws {
    let url = try file("half.png", Array(fixture.bytes[..<(fixture.bytes.count / 2)]))
    let message = try failure(url)?.description ?? ""
    #expect(message.hasPrefix(url.path), "\(name)")
    #expect(message.contains("damaged") || message.contains("cannot be read"), "\(message)")
  }

  @Test("A 1x1 picture fills the tensor")
  func tiny() throws {
    let bytes = BitmapFile(width: 1, height: 1) { _, _ in [1, 2, 3] }.bytes
    for resize in [Resize.crop, .crop(fraction: 0.1), .squash, .pad, .nearest] {
      let expected = Reference.tensor(width: 5, height: 5) { _, _ in [1, 2, 3] }
      #expect(try bytes.read(width: 5, height: 5, resize) == expected, "\(resize)")
    }
    let wide = try bytes.read(width: 5, height: 3, .pad)
    #expect(wide.colour(0, 1) == [0, 0, 0])
    #expect(wide.colour(2, 1) == [1, 2, 3])
  }

  @Test("Impossible sizes and crops are refused")
  func tensors() throws {
    #expect(throws: PictureError.impossibleSize(width: 0, height: 8, limit: 16384)) {
      try PictureReader(width: 0, height: 8)
    }
    #expect(throws: PictureError.impossibleSize(width: .max, height: .min, limit: 16384)) {
      try PictureReader(width: .max, height: .min)
    }
    for fraction in [0, -1, 1.5, .nan, .infinity] {
      #expect(throws: PictureError.self) { try PictureReader(width: 8, height: 8, resize: .crop(fraction: fraction)) }
    }
  }

  @Test("Memory of the wrong size is refused, and memory of the right size is filled exactly")
  func destination() throws {
    let reader = try PictureReader(width: 6, height: 4, resize: .squash)
    var memory = [UInt8](repeating: 99, count: reader.byteCount + 2)
    let bytes = BitmapFile(width: 8, height: 8) { _, _ in [1, 2, 3] }.bytes
    try memory.withUnsafeMutableBytes { memory in
      try bytes.withUnsafeBytes { bytes in
        #expect(throws: PictureError.wrongDestination(bytes: 74, needed: 72)) { try reader.read(bytes, into: memory) }
        try reader.read(bytes, into: UnsafeMutableRawBufferPointer(rebasing: memory[1..<73]))
      }
    }
    let pixels: [UInt8] = (0..<24).flatMap { _ -> [UInt8] in [1, 2, 3] }
    let expected: [UInt8] = [99] + pixels + [99]
    #expect(memory == expected)
  }

  @Test("Padding is black, whatever the memory held before")
  func padding() throws {
    let reader = try PictureReader(width: 6, height: 2, resize: .pad)
    var memory = [UInt8](repeating: 99, count: reader.byteCount)
    let bytes = BitmapFile(width: 1, height: 1) { _, _ in [1, 2, 3] }.bytes
    try memory.withUnsafeMutableBytes { memory in
      try bytes.withUnsafeBytes { try reader.read($0, into: memory) }
    }
    let row: [UInt8] = [0, 0, 0, 0, 0, 0, 1, 2, 3, 1, 2, 3, 0, 0, 0, 0, 0, 0]
    #expect(memory == row + row)
  }
}
