import Pictures
import Testing

@Suite("Writing JPEG")
struct WritingJPEGTests {
  private func gradient(_ width: Int, _ height: Int) throws -> PixelTensor {
    let pixels = (0..<width * height).flatMap { place -> [UInt8] in
      [UInt8(place % width * 255 / max(1, width - 1)), UInt8(place / width * 255 / max(1, height - 1)), 90]
    }
    return try #require(PixelTensor(width: width, height: height, pixels: pixels))
  }

  @Test("What is written reads back as nearly the same picture", arguments: [(64, 64), (33, 17), (1, 1), (160, 41)])
  func back(width: Int, height: Int) throws {
    let picture = try gradient(width, height)
    let bytes = try #require(picture.jpeg(quality: 95))
    let reader = try PictureReader(width: width, height: height, resize: .squash)
    let read = try bytes.withUnsafeBytes { try reader.read($0) }
    let error = zip(picture.pixels, read.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    #expect(Double(error) / Double(picture.pixels.count) < 6)
  }

  @Test("Better is larger, and what lies beyond the ends is the end")
  func quality() throws {
    let picture = try gradient(80, 80)
    let sizes = try [-5, 1, 50, 100, 900].map { try #require(picture.jpeg(quality: $0)).count }
    #expect(sizes == sizes.sorted())
    #expect(sizes[0] == sizes[1] && sizes[3] == sizes[4])
    #expect(sizes[1] < sizes[2] && sizes[2] < sizes[3])
  }

  @Test("A side that the format cannot hold gives none")
  func tooLarge() throws {
    let long = try #require(PixelTensor(width: 70_000, height: 1, pixels: Array(repeating: 0, count: 210_000)))
    #expect(long.jpeg() == nil)
  }
}
