import Pictures
import Testing

@Suite("Reading from many threads", .enabled(if: Libraries.hasTurboJPEG && Libraries.hasVips, Libraries.vipsNeed))
struct ConcurrentReadingTests {
  @Test("One reader serves many tasks at once, each with its own picture and errors")
  func tasks() async throws {
    let reader = try PictureReader(width: 16, height: 12, resize: .nearest)
    let fixtures = [Fixture.jpeg, .png, .gif, .cmykJPEG, .tiff, .progressiveJPEG, .webP]
    let expected = try fixtures.map { fixture in try fixture.bytes.withUnsafeBytes { try reader.read($0) } }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<16 {
        group.addTask {
          for round in 0..<20 {
            let index = (task + round) % fixtures.count
            let found = try fixtures[index].bytes.withUnsafeBytes { try reader.read($0) }
            #expect(found == expected[index])
            #expect(throws: PictureError.self) {
              try fixtures[index].bytes.prefix(60).withUnsafeBytes { try reader.read($0) }
            }
          }
        }
      }
      try await group.waitForAll()
    }
  }
}
