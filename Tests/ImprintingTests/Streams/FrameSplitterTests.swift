import Foundation
import Imprinting
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite("Streams of bytes as frames")
struct FrameSplitterTests {
  /// A JPEG of one colour with pixels that need stuffed bytes.
  private func jpeg(_ seed: Int, side: Int = 48) throws -> [UInt8] {
    let pixels = (0..<side * side * 3).map { UInt8(truncatingIfNeeded: $0 &* (7 + seed) ^ ($0 >> 3)) }
    return try #require(PixelTensor(width: side, height: side, pixels: pixels)?.jpeg(quality: 95))
  }

  private func frames(of bytes: [UInt8], by splitter: inout some FrameSplitter, piece: Int) -> [[UInt8]] {
    var found: [[UInt8]] = []
    for start in stride(from: 0, to: bytes.count, by: piece) {
      let part = Array(bytes[start..<min(bytes.count, start + piece)])
      for frame in part.withUnsafeBytes({ splitter.append($0) }) {
        if case .encoded(let bytes) = frame { found.append(bytes.withUnsafeBytes { Array($0) }) }
      }
    }
    return found
  }

  @Test("Cuts concatenated JPEGs apart, in pieces of any size", arguments: [1, 2, 3, 7, 100, 4096, 1 << 20])
  func jpegs(piece: Int) throws {
    let pictures = try (0..<5).map { try jpeg($0) }
    var splitter = JPEGSplitter()
    #expect(frames(of: pictures.flatMap { $0 }, by: &splitter, piece: piece) == pictures)
    #expect(splitter.strayBytes == 0 && splitter.unfinishedBytes == 0)
  }

  @Test("Passes over the text between the pictures of an HTTP stream", arguments: [1, 5, 1 << 20])
  func multipart(piece: Int) throws {
    let pictures = try (0..<3).map { try jpeg($0) }
    let header = Array("\r\n--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 1234\r\n\r\n".utf8)
    var splitter = JPEGSplitter()
    #expect(frames(of: pictures.flatMap { header + $0 }, by: &splitter, piece: piece) == pictures)
    #expect(splitter.strayBytes == 3 * header.count)
  }

  @Test("A thumbnail inside a picture is not a frame of its own")
  func thumbnail() throws {
    let (outer, inner) = (try jpeg(1), try jpeg(2, side: 8))
    let length = inner.count + 2
    let segment: [UInt8] = [0xFF, 0xE5, UInt8(length >> 8), UInt8(length & 255)] + inner
    let both = Array(outer[..<2]) + segment + Array(outer[2...])
    var splitter = JPEGSplitter()
    #expect(frames(of: both + outer, by: &splitter, piece: 1000) == [both, outer])
  }

  @Test("A picture that is cut off or damaged is passed over, and the next one is found")
  func damaged() throws {
    let (first, second) = (try jpeg(1), try jpeg(2))
    for cut in stride(from: 24, to: first.count - 1, by: 97) {
      var splitter = JPEGSplitter()
      let found = frames(of: Array(first[..<cut]) + second + first + second, by: &splitter, piece: 512)
      // Only a cut right before a segment's length would hide what follows, as much as the false length says.
      #expect(found.suffix(1) == [second], "cut at \(cut)")
      #expect(found.count >= 1)
    }
    var splitter = JPEGSplitter()
    #expect(frames(of: Array(first.dropLast(5)), by: &splitter, piece: 64).isEmpty)
    #expect(splitter.unfinishedBytes > 0)
  }

  @Test("Garbage has no frames, and takes memory and time in proportion to its length")
  func garbage() {
    var generator = SeededGenerator(seed: 3)
    let noise = (0..<1 << 20).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let headers = Array(repeating: [0xFF, 0xD8, 0xFF, 0xE0, 0xFF, 0xFF] as [UInt8], count: 1 << 17).flatMap { $0 }
    let starts = Array(repeating: [0xFF, 0xD8, 0xFF] as [UInt8], count: 1 << 18).flatMap { $0 }
    for bytes in [noise, headers, starts, Array(repeating: 0xFF, count: 1 << 20)] {
      var splitter = JPEGSplitter()
      let start = ContinuousClock.now
      _ = frames(of: bytes, by: &splitter, piece: 1 << 16)
      #expect(.now - start < .seconds(10))
      #expect(splitter.strayBytes + splitter.unfinishedBytes <= bytes.count)
    }
  }

  @Test("Cuts concatenated BMPs apart, and finds the next one after garbage", arguments: [1, 13, 1 << 20])
  func bitmaps(piece: Int) throws {
    let pictures = try (1...3).map { side in
      MadePictures.bitmap(
        try #require(PixelTensor(width: side, height: 2, pixels: Array(repeating: 9, count: side * 6))))
    }
    var splitter = BMPSplitter()
    #expect(frames(of: pictures.flatMap { $0 }, by: &splitter, piece: piece) == pictures)
    var other = BMPSplitter()
    #expect(frames(of: Array("garbage".utf8) + pictures[0], by: &other, piece: piece) == [pictures[0]])
    #expect(other.strayBytes == 7)
  }

  @Test("Cuts raw pixels into frames of their size")
  func raw() throws {
    var splitter = try RawSplitter(width: 2, height: 2, format: .grey)
    var found: [[UInt8]] = []
    for piece in [[1, 2, 3], [4, 5, 6, 7, 8, 9, 10, 11, 12], [13]] as [[UInt8]] {
      for frame in piece.withUnsafeBytes({ splitter.append($0) }) {
        if case .pixels(let pixels) = frame { found.append(pixels.bytes) }
      }
    }
    #expect(found == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])
    #expect(splitter.unfinishedBytes == 1)
    #expect(throws: PictureError.self) { try RawSplitter(width: 0, height: 2) }
    #expect(throws: PictureError.self) { try RawSplitter(width: 70_000, height: 2) }
  }

  @Test("Bitmaps that are too large are refused by their header, and two letters in garbage are not")
  func tooLarge() throws {
    func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 255) } }
    let header = Array("BM".utf8) + number(300_000_054) + number(0) + number(54) + number(40)
    var splitter = BMPSplitter()
    let head = header + number(10_000) + number(10_000)
    #expect(head.withUnsafeBytes { splitter.append($0) }.isEmpty)
    #expect(splitter.refusal?.contains("10000x10000") == true)
    var other = BMPSplitter()
    let garbage = Array("BM".utf8) + [UInt8](repeating: 255, count: 40)
    #expect(garbage.withUnsafeBytes { other.append($0) }.isEmpty && other.refusal == nil)
    #expect(other.strayBytes > 0)
  }
}
