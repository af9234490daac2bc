import Foundation
import Heads
import Pictures
import TestMaterial
import Testing

@testable import Training

@Suite("Training data from TFRecord files")
struct RecordDataTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @discardableResult
  private func write(_ name: String, _ bytes: [UInt8]) throws -> URL {
    let file = folder.appending(name)
    try Data(bytes).write(to: file)
    return file
  }

  private func records(_ examples: [[UInt8]]) -> [UInt8] { examples.flatMap { RecordWriter.record($0) } }

  private func pixels(_ data: TrainingData, _ index: Int, side: Int) throws -> [UInt8] {
    let reader = try PictureReader(width: side, height: side, resize: .nearest)
    var pixels = [UInt8](repeating: 0, count: reader.byteCount)
    try pixels.withUnsafeMutableBytes { try data.read(data.examples[index], with: reader, into: $0) }
    return pixels
  }

  @Test("Reads labels, class names and picture ranges from a TensorFlow file")
  func tensorFlow() async throws {
    let file = try write("train-00000-of-00001", TensorFlowFile.plain)
    for data in [try await TrainingData(records: folder.url), try await TrainingData(records: file)] {
      #expect(data.labels == ["rose", "daisy"])
      #expect(data.examples.map(\.label) == [1, 0])
      #expect(data.places == [[1], [0]])
      #expect(data.name(of: data.examples[1]).hasPrefix("record 1 of "))
      let sizes = data.examples.map { if case .record(let slice) = $0.picture { slice.bytes.count } else { 0 } }
      #expect(sizes == [80, 663])
      let starts = data.examples.map { example -> [UInt8] in
        guard case .record(let slice) = example.picture else { return [] }
        return Array(TensorFlowFile.plain[slice.bytes].prefix(3))
      }
      #expect(starts == [[0x89, 0x50, 0x4E], [0xFF, 0xD8, 0xFF]])
    }
  }

  @Test("RecordWriter writes the same bytes as TensorFlow")
  func writer() async throws {
    let file = try write("train-00000-of-00001", TensorFlowFile.plain)
    let data = try await TrainingData(records: file)
    let pictures = data.examples.map { example -> [UInt8] in
      guard case .record(let slice) = example.picture else { return [] }
      return Array(TensorFlowFile.plain[slice.bytes])
    }
    let written = [(0, "daisy", "png", Int64(1)), (1, "rose", "jpeg", 0)].flatMap { place, text, format, label in
      RecordWriter.record(
        RecordWriter.example([
          ("image/format", .bytes([Array(format.utf8)])), ("image/class/text", .bytes([Array(text.utf8)])),
          ("image/height", .integers([8])), ("image/object/bbox/xmin", .floats([0.1, 0.5])),
          ("image/object/bbox/label", .integers([1, 2, 300])), ("image/class/label", .integers([label])),
          ("image/width", .integers([8])), ("image/encoded", .bytes([pictures[place]])),
        ]))
    }
    #expect(written == TensorFlowFile.plain)
  }

  @Test("Reads pictures from the records")
  func pictures() async throws {
    try write("a.tfrecord", records((0..<3).map { RecordWriter.example(BitmapPicture.plain(50 * $0), label: 0) }))
    let data = try await TrainingData(records: folder.url)
    for index in 0..<3 { #expect(try pixels(data, index, side: 4).allSatisfy { $0 == UInt8(50 * index) }) }
  }

  @Test("Reads files in the order of their names")
  func order() async throws {
    for shard in 0..<12 {
      let examples = (0..<shard % 4).map { RecordWriter.example(BitmapPicture.plain($0), label: Int64(shard)) }
      try write("flowers_train_000\(shard < 10 ? "0" : "")\(shard)-of-00012.tfrecord", records(examples))
    }
    let data = try await TrainingData(records: folder.url)
    let labels: [Int] = (0..<12).flatMap { shard -> [Int] in Array(repeating: shard, count: shard % 4) }
    #expect(data.examples.map(\.label) == labels)
    let names: [String] = (0..<12).map { "\($0)" }
    #expect(data.labels == names)
    let numbers = data.examples.map { if case .record(let slice) = $0.picture { slice.record } else { -1 } }
    let expected: [Int] = (0..<12).flatMap { shard -> [Int] in Array(0..<shard % 4) }
    #expect(numbers == expected)
  }

  @Test(
    "Names the classes from a label file beside the records or passed by the caller",
    arguments: ["0:rose\n1:daisy\n2:iris\n", "0 rose\n1 daisy\n2 iris", "rose\ndaisy\niris\n"])
  func labels(text: String) async throws {
    let file = try write("train-00000-of-00001", TensorFlowFile.plain)
    let other = try write("other.txt", Array(text.utf8))
    #expect(try await TrainingData(records: folder.url, labels: other).labels == ["rose", "daisy", "iris"])
    try write("labels.txt", Array(text.utf8))
    #expect(try await TrainingData(records: folder.url).labels == ["rose", "daisy", "iris"])
    #expect(try await TrainingData(records: [file]).labels == ["rose", "daisy", "iris"])
  }

  @Test("Without a label file, names a class by the name all its records share, else by its number")
  func names() async throws {
    let texts: [(Int64, String?)] = [
      (0, "rose"), (2, "tulip"), (2, "iris"), (0, ""), (0, nil), (3, "two\nlines"), (4, "crocus"), (2, "tulip"),
    ]
    try write(
      "a.tfrecord", records(texts.map { RecordWriter.example(BitmapPicture.plain(0), label: $0, text: $1) }))
    #expect(try await TrainingData(records: folder.url).labels == ["rose", "1", "2", "3", "crocus"])
  }

  @Test("Reads packed and unpacked integers, and the last value of a repeated feature")
  func forms() async throws {
    let picture = BitmapPicture.plain(7)
    try write(
      "a.tfrecord",
      records([
        RecordWriter.example([("image/class/label", .unpackedIntegers([300])), ("image/encoded", .bytes([picture]))]),
        RecordWriter.example([
          ("image/class/label", .integers([9, 9])), ("image/encoded", .bytes([])), ("image/encoded", .bytes([picture])),
          ("image/class/label", .integers([5])), ("other", .floats([1])),
        ]),
      ]))
    let data = try await TrainingData(records: folder.url)
    #expect(data.examples.map(\.label) == [300, 5])
    #expect(try pixels(data, 1, side: 2) == [UInt8](repeating: 7, count: 12))
  }

  @Test("Reads the requested split of a folder, and requires one if there are several")
  func splits() async throws {
    for (place, name) in ["train-00000-of-00002", "train-00001-of-00002", "validation-00000-of-00001"].enumerated() {
      try write(name, records([RecordWriter.example(BitmapPicture.plain(0), label: Int64(place))]))
    }
    #expect(try await TrainingData(records: folder.url, split: .train).examples.map(\.label) == [0, 1])
    #expect(try await TrainingData(records: folder.url, split: .validation).examples.map(\.label) == [2])
    await #expect(throws: RecordError.severalSplits(path: folder.url.path, splits: ["train", "validation"])) {
      try await TrainingData(records: folder.url)
    }
    await #expect(throws: RecordError.noSuchSplit(path: folder.url.path, split: "test")) {
      try await TrainingData(records: folder.url, split: .test)
    }
  }

  @Test("Rejects a numbered set with a missing file")
  func missing() async throws {
    for number in ["00000", "00001", "00003"] { try write("train-\(number)-of-00004", TensorFlowFile.plain) }
    await #expect(
      throws: RecordError.missingFile(path: folder.url.path, beside: "train-00000-of-00004", number: 2, count: 4)
    ) {
      try await TrainingData(records: folder.url)
    }
    try write("train-00002-of-00004", TensorFlowFile.plain)
    #expect(try await TrainingData(records: folder.url).count == 8)
  }
}
