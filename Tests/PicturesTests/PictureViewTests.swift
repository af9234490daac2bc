import Pictures
import Testing

@Suite("Turned, mirrored and cut pictures")
struct PictureViewTests {
  /// A picture of 3x2 pixels whose red is 10 · row + column.
  private func buffer() throws -> PixelBuffer {
    try PixelBuffer(
      width: 3, height: 2, bytes: (0..<2).flatMap { row in (0..<3).flatMap { [UInt8(10 * row + $0), 0, 0] } })
  }

  private func red(width: Int, height: Int, resize: Resize = .nearest, _ view: PictureView) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: width * height * 3)
    let reader = try PictureReader(width: width, height: height, resize: resize)
    try bytes.withUnsafeMutableBytes { try reader.read(try buffer(), into: $0, view: view) }
    return stride(from: 0, to: bytes.count, by: 3).map { bytes[$0] }
  }

  @Test(
    "Turns clockwise by quarters, and mirrors after that",
    arguments: [
      (0, false, [0, 1, 2, 10, 11, 12]), (0, true, [2, 1, 0, 12, 11, 10]), (2, false, [12, 11, 10, 2, 1, 0]),
      (2, true, [10, 11, 12, 0, 1, 2]), (1, false, [10, 0, 11, 1, 12, 2]), (1, true, [0, 10, 1, 11, 2, 12]),
      (3, false, [2, 12, 1, 11, 0, 10]), (-1, true, [12, 2, 11, 1, 10, 0]),
    ] as [(Int, Bool, [UInt8])])
  func turns(quarters: Int, isMirrored: Bool, pixels: [UInt8]) throws {
    let isUpright = quarters % 2 == 0
    let view = PictureView(quarterTurns: quarters, isMirrored: isMirrored)
    #expect(try red(width: isUpright ? 3 : 2, height: isUpright ? 2 : 3, view) == pixels)
  }

  @Test("Takes a window in pixels or in shares, after the turn, as much of it as lies in the picture")
  func windows() throws {
    let pixels = try #require(PictureWindow(x: 1, y: 0, width: 2, height: 2))
    #expect(!pixels.isInShares)
    #expect(try red(width: 2, height: 2, PictureView(window: pixels)) == [1, 2, 11, 12])
    let shares = try #require(PictureWindow(x: 0, y: 0.5, width: 1, height: 0.5))
    #expect(shares.isInShares)
    #expect(try red(width: 3, height: 1, PictureView(window: shares)) == [10, 11, 12])
    #expect(try red(width: 3, height: 1, PictureView(quarterTurns: 2, window: shares)) == [2, 1, 0])
    let beyond = try #require(PictureWindow(x: 2, y: 0, width: 100, height: 100))
    #expect(try red(width: 1, height: 2, PictureView(window: beyond)) == [2, 12])
    let outside = try #require(PictureWindow(x: 50, y: 0, width: 10, height: 10))
    #expect(throws: PictureError.self) { try red(width: 1, height: 1, PictureView(window: outside)) }
  }

  @Test("The resize applies to the window: a crop takes its centre")
  func cropOfWindow() throws {
    let window = try #require(PictureWindow(x: 0, y: 0, width: 3, height: 1))
    #expect(try red(width: 1, height: 1, resize: .crop, PictureView(window: window)) == [1])
    #expect(try red(width: 1, height: 1, resize: .squash, PictureView(window: window)) == [1])
  }

  @Test("Refuses windows that no picture has")
  func badWindows() {
    for (x, y, width, height) in [
      (-1.0, 0.0, 2.0, 2.0), (0, 0, 0, 5), (0, 0, .nan, 1), (0.5, 0, 0.6, 1), (0, 0, .infinity, 1), (0, 0, 1e9, 1),
    ] { #expect(PictureWindow(x: x, y: y, width: width, height: height) == nil) }
  }
}
