import Platform
import Foundation
import Heads
import TestMaterial
import Testing

@testable import Training

@Suite("Invalid TFRecord files")
struct BadRecordTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ bytes: [UInt8], _ name: String = "train-00000-of-00001") throws -> URL {
    let file = folder.appending(name)
    try Data(bytes).write(to: file)
    return file
  }

  private func failure(_ bytes: [UInt8], labels: URL? = nil) async throws -> RecordError? {
    let file = try write(bytes)
    return await #expect(throws: RecordError.self) { try await TrainingData(records: file, labels: labels) }
  }

  private var path: String { folder.appending("train-00000-of-00001").path }

  private static let picture = BitmapPicture.plain(3, side: 2)
  private static let examples = [0, 1].map { RecordWriter.example(picture, label: $0) }
  private static let records = examples.map { RecordWriter.record($0) }

  @Test("Names the file and the record if the file is cut off anywhere")
  func cut() async throws {
    let bytes = Self.records[0] + Self.records[1]
    for length in 1..<bytes.count where length != Self.records[0].count {
      let record = length < Self.records[0].count ? 0 : 1
      #expect(try await failure(Array(bytes[..<length])) == .cutOff(file: path, record: record), "\(length)")
    }
    #expect(try await failure([]) == .noRecords(path: path))
  }

  @Test("Names the file and the record if any byte is altered")
  func altered() async throws {
    let bytes = Self.records[0] + Self.records[1]
    for place in bytes.indices {
      var altered = bytes
      altered[place] ^= 0x10
      let (record, within) =
        place < Self.records[0].count ? (0, place) : (1, place - Self.records[0].count)
      let part = within < 12 ? RecordError.Part.length : .data
      #expect(try await failure(altered) == .altered(file: path, record: record, part: part), "\(place)")
    }
  }

  @Test("Rejects labels far beyond the number of examples, unless a label file names them")
  func unlikely() async throws {
    let picture = Self.picture
    let bytes = [1, 1_048_575].flatMap { RecordWriter.record(RecordWriter.example(picture, label: $0)) }
    let expected = RecordError.unlikelyLabel(file: path, record: 1, label: 1_048_575, examples: 2)
    #expect(try await failure(bytes) == expected)
    let usual = try write([1, 21_840].flatMap { RecordWriter.record(RecordWriter.example(picture, label: $0)) })
    #expect(try await TrainingData(records: usual).labels.count == 21_841)
    let labels = folder.appending("names.txt")
    try Data((0..<40_000).map { "thing \($0)\n" }.joined().utf8).write(to: labels)
    let named = try write(RecordWriter.record(RecordWriter.example(picture, label: 39_999)))
    #expect(try await TrainingData(records: named, labels: labels).labels.count == 40_000)
  }

  @Test(
    "Rejects lengths beyond the file before allocating", arguments: [1 << 62, .max, 1 << 63, 1 << 33, 500] as [UInt64])
  func lengths(length: UInt64) async throws {
    let length = RecordWriter.little(length)
    let bytes = Self.records[0] + length + RecordWriter.little(RecordWriter.masked(length)) + Self.examples[1]
    #expect(try await failure(bytes) == .cutOff(file: path, record: 1))
  }

  @Test(
    "Rejects compressed files, saying that they are compressed", arguments: [TensorFlowFile.gzip, TensorFlowFile.zlib])
  func compressed(bytes: [UInt8]) async throws {
    let error = try await failure(bytes)
    #expect(error == .compressed(file: path))
    #expect(error?.description.contains("compress") == true)
  }

  @Test("Reads a length whose bytes look like a gzip header")
  func notCompressed() async throws {
    // Eight bytes 1F 8B 00 ... are the length 35615.
    let frame = RecordWriter.example([UInt8](repeating: 0, count: 35000), label: 0)
    let picture = [UInt8](repeating: 0, count: 35000 + 35615 - frame.count)
    let bytes = RecordWriter.record(RecordWriter.example(picture, label: 0))
    #expect(bytes[..<2] == [0x1F, 0x8B])
    #expect(try await TrainingData(records: write(bytes)).count == 1)
  }

  @Test("Rejects a file of another format")
  func otherFormat() async throws {
    let error = try await failure(Array("any text that is long enough".utf8))
    #expect(error == .altered(file: path, record: 0, part: .length))
    #expect(error?.description.contains("no TFRecord file") == true)
  }

  @Test(
    "Rejects labels beyond the classes, naming the number of classes",
    arguments: [2, 300, -1, .max, .min] as [Int64])
  func labels(label: Int64) async throws {
    let names = folder.appending("names.txt")
    try Data("0:rose\n1:tulip\n".utf8).write(to: names)
    let bytes = Self.records[0] + RecordWriter.record(RecordWriter.example(Self.picture, label: label))
    let error = try await failure(bytes, labels: names)
    #expect(error == .labelOutOfRange(file: path, record: 1, label: label, classes: 2))
    #expect(error?.description.hasPrefix("record 1 of \(path) has the label \(label)") == true)
  }

  @Test("Limits labels even without a label file", arguments: [1 << 20, -1, .max] as [Int64])
  func unboundedLabels(label: Int64) async throws {
    let bytes = RecordWriter.record(RecordWriter.example(Self.picture, label: label))
    #expect(try await failure(bytes) == .labelOutOfRange(file: path, record: 0, label: label, classes: 1 << 20))
  }

  @Test("Rejects examples without exactly one picture and one label")
  func features() async throws {
    let picture = ("image/encoded", RecordWriter.Feature.bytes([Self.picture]))
    let label = ("image/class/label", RecordWriter.Feature.integers([0]))
    let noPicture: [[(String, RecordWriter.Feature)]] = [
      [label], [], [label, ("image/encoded", .bytes([]))], [label, ("image/encoded", .bytes([[]]))],
      [label, ("image/encoded", .bytes([[1], [2]]))], [label, ("image/encoded", .integers([1]))],
    ]
    for features in noPicture {
      let bytes = RecordWriter.record(RecordWriter.example(features))
      #expect(try await failure(bytes) == .noPicture(file: path, record: 0))
    }
    let noLabel: [[(String, RecordWriter.Feature)]] = [
      [picture], [picture, ("image/class/label", .integers([]))], [picture, ("image/class/label", .integers([1, 2]))],
      [picture, ("image/class/label", .floats([1]))], [picture, ("image/class/label", .bytes([[1]]))],
    ]
    for features in noLabel {
      let bytes = RecordWriter.record(RecordWriter.example(features))
      #expect(try await failure(bytes) == .noLabel(file: path, record: 0))
    }
  }

  @Test("Rejects invalid protocol buffers, naming the reason")
  func messages() async throws {
    let messages: [([UInt8], String)] = [
      ([0x0A, 5, 1], "it breaks off"), ([0x0A], "it breaks off"), ([0x09, 1, 2], "it breaks off"),
      ([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], "it breaks off"),
      ([UInt8](repeating: 0xFF, count: 11), "it has an integer of more than 64 bits"),
      ([0x02, 0], "it has a field with the number 0"), ([0x0B], "it has a field of the unknown kind 3"),
      (RecordWriter.run(1, [0x0A, 9]), "it breaks off"),
    ]
    for (message, reason) in messages {
      #expect(
        try await failure(RecordWriter.record(message)) == .notAnExample(file: path, record: 0, reason: reason))
    }
  }

  @Test("An altered example with valid checksums is read or rejected, without a crash")
  func alteredExamples() async throws {
    var generator = SplitMix64(seed: 3)
    for _ in 0..<300 {
      var example = Self.examples[1]
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        example[Int.random(in: example.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      let file = try write(RecordWriter.record(example))
      do {
        let data = try await TrainingData(records: file)
        #expect(data.count == 1)
      } catch {
        #expect(error is RecordError)
      }
    }
  }

  @Test("Rejects missing paths, folders without records, and an empty list")
  func missingFiles() async throws {
    let missing = folder.appending("missing")
    await #expect(throws: RecordError.unreadable(file: missing.path, reason: "there is no such file or folder")) {
      try await TrainingData(records: missing)
    }
    await #expect(throws: RecordError.unreadable(file: missing.path, reason: "No such file or directory")) {
      try await TrainingData(records: [missing])
    }
    await #expect(throws: RecordError.noFiles(path: folder.url.path)) { try await TrainingData(records: folder.url) }
    try Data("0:a".utf8).write(to: folder.appending("labels.txt"))
    await #expect(throws: RecordError.noFiles(path: folder.url.path)) { try await TrainingData(records: folder.url) }
    await #expect(throws: RecordError.self) { try await TrainingData(records: []) }
    await #expect(throws: RecordError.unreadable(file: folder.url.path, reason: "it is a folder")) {
      try await TrainingData(records: [folder.url])
    }
  }

  @Test("Rejects label files that skip a number, are empty or are missing")
  func labelFiles() async throws {
    let file = try write(Self.records[0])
    let names = folder.appending("labels.txt")
    for text in ["0:rose\n2:tulip\n", "9223372036854775807:rose\n", "rose\n\ntulip\n"] {
      try Data(text.utf8).write(to: names)
      await #expect(throws: RecordError.self) { try await TrainingData(records: file) }
    }
    try Data("\n".utf8).write(to: names)
    await #expect(throws: LabelsError.badFile(path: names.path, reason: "it holds no label")) {
      try await TrainingData(records: file)
    }
    await #expect(throws: LabelsError.self) {
      try await TrainingData(records: file, labels: folder.appending("missing.txt"))
    }
  }
}
