import Pictures
import Testing

/// Pseudo-random numbers, the same on every run.
private struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var number = state
    number = (number ^ number >> 30) &* 0xBF58_476D_1CE4_E5B9
    number = (number ^ number >> 27) &* 0x94D0_49BB_1331_11EB
    return number ^ number >> 31
  }
}

@Suite("Damaged pictures")
struct HostilePictureTests {
  /// Returns a picture with a few bytes changed, more often near the beginning, and sometimes cut.
  private func damaged(_ bytes: [UInt8], _ numbers: inout SeededNumbers) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...5, using: &numbers) {
      let end = Bool.random(using: &numbers) ? bytes.count : min(bytes.count, 64)
      let place = Int.random(in: 0..<end, using: &numbers)
      switch Int.random(in: 0..<8, using: &numbers) {
      case 0, 1, 2: bytes[place] = .random(in: 0...255, using: &numbers)
      case 3, 4: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
      case 5: bytes[place] = 255
      case 6: bytes[place] = 0
      default: bytes.removeLast(Int.random(in: 0..<min(bytes.count, 40), using: &numbers))
      }
    }
    return bytes
  }

  private func read(_ bytes: [UInt8], times: Int) throws {
    let readers = try [Resize.crop, .squash, .pad, .nearest].map {
      try PictureReader(width: 7, height: 5, resize: $0)
    }
    var errors = 0
    for seed in 0..<UInt64(times) {
      var numbers = SeededNumbers(seed)
      let bytes = damaged(bytes, &numbers)
      do {
        _ = try bytes.withUnsafeBytes { try readers[Int(seed) % readers.count].read($0) }
      } catch {
        #expect(error is PictureError)
        errors += 1
      }
    }
    // Some changes are detected, and some are not.
    #expect(errors > 0 && errors < times)
  }

  @Test("Changed BMP files are read or refused", arguments: [1, 4, 8, 16, 24, 32], [12, 40, 108])
  func bitmaps(bits: Int, header: Int) throws {
    var file = BitmapFile(width: 9, height: 7, bits: bits) { x, y in (x * 5 + y) % 2 }
    file.headerLength = header
    if bits < 16 { file.palette = (0..<1 << bits).map { [$0, $0, 0] } }
    if bits > 8, header == 108 {
      file.compression = 3
      file.masks = [0xF00, 0xF0, 0xF, 0xF000]
    }
    guard header > 12 || bits < 16 || bits == 24 else { return }
    try read(file.bytes, times: 600)
  }

  @Test(
    "Changed JPEG files are read or refused",
    .enabled(if: Libraries.hasTurboJPEG && Libraries.hasVips, Libraries.turboJPEGNeed),
    arguments: [Fixture.jpeg, .progressiveJPEG, .greyJPEG, .cmykJPEG])
  func jpeg(fixture: Fixture) throws {
    try read(fixture.bytes, times: 600)
  }

  @Test(
    "Changed files of other formats are read or refused", .enabled(if: Libraries.hasVips, Libraries.vipsNeed),
    arguments: [Fixture.rgbaPNG, .palettePNG, .rgb16PNG, .rgbaWebP, .gif, .tiff, .cmykTIFF])
  func others(fixture: Fixture) throws {
    try read(fixture.bytes, times: 200)
  }
}
