import Foundation
import TestMaterial
import Testing

@testable import Training

@Suite("TensorBoard event files")
struct EventFileTests {
  @Test("Writes values immediately, as tf.Event records with valid checksums")
  func events() throws {
    let folder = try TemporaryFolder()
    let events = EventFile(in: folder.url, at: Date(timeIntervalSince1970: 1000.5))
    events.add([("loss", 0.5), ("epoch/rate", 2)], step: 300, at: Date(timeIntervalSince1970: 1001))
    let name = try #require(FileManager.default.contentsOfDirectory(atPath: folder.url.path).first)
    #expect(name.hasPrefix("events.out.tfevents.1000."))
    var records: [[UInt8]] = []
    try RecordFile(folder.appending(name)).forEachRecord { bytes, _, data in records.append(Array(bytes[data])) }
    func time(_ seconds: Double) -> [UInt8] { [1 << 3 | 1] + RecordWriter.little(seconds.bitPattern) }
    func value(_ tag: String, _ number: Float) -> [UInt8] {
      RecordWriter.run(1, RecordWriter.run(1, Array(tag.utf8)) + [2 << 3 | 5] + RecordWriter.little(number.bitPattern))
    }
    #expect(
      records == [
        time(1000.5) + RecordWriter.run(3, Array("brain.Event:2".utf8)),
        time(1001) + [2 << 3] + RecordWriter.integer(300)
          + RecordWriter.run(5, value("loss", 0.5) + value("epoch/rate", 2)),
      ])
  }

  @Test("Ignores a folder that cannot be written to")
  func unwritableFolder() {
    let events = EventFile(in: URL(filePath: "/no/such/folder"))
    events.add([("loss", 1)], step: 1)
  }
}
