import Foundation
import TFLite

@testable import ModelSurgery

/// A writer of TensorFlow V2 checkpoints, valid and invalid ones.
struct BundleWriter {
  /// An entry of the index; nil fields follow from the tensor.
  struct Entry {
    var name: String
    var kind = 1
    var shape: [Int]
    var data: [UInt8]
    var shard: Int?
    var offset, size: Int?
    var checksum: UInt32?
    var isSliced = false
  }

  var entries: [Entry] = []
  var shardCount = 1
  var isBigEndian = false
  /// The number of entries in a block of the index.
  var blockLength = 3

  /// Adds a float tensor.
  mutating func add(_ name: String, _ shape: [Int], _ floats: [Float]) {
    entries.append(Entry(name: name, shape: shape, data: little(floats)))
  }

  /// Returns the index and the single data file.
  func files() -> (index: [UInt8], data: [UInt8]) {
    var data: [UInt8] = []
    var values: [(key: String, value: [UInt8])] = []
    for entry in entries.sorted(by: { $0.name < $1.name }) {
      values.append((entry.name, message(of: entry, at: data.count)))
      data += entry.data
    }
    let header = Self.field(1, shardCount) + (isBigEndian ? Self.field(2, 1) : []) + Self.field(3, [8, 1])
    return (Self.table([("", header)] + values, blockLength: blockLength), data)
  }

  private func message(of entry: Entry, at offset: Int) -> [UInt8] {
    var shape: [UInt8] = []
    for dimension in entry.shape { shape += Self.field(2, Self.field(1, dimension)) }
    var message = Self.field(1, entry.kind) + Self.field(2, shape)
    if let shard = entry.shard { message += Self.field(3, shard) }
    message += Self.field(4, entry.offset ?? offset) + Self.field(5, entry.size ?? entry.data.count)
    let checksum = entry.checksum ?? CRC32C(of: Bytes(entry.data)).masked
    message += [6 << 3 | 5] + little(checksum)
    if entry.isSliced { message += Self.field(7, []) }
    return message
  }

  /// Returns a table of entries in blocks.
  static func table(_ entries: [(key: String, value: [UInt8])], blockLength: Int, kind: UInt8 = 0) -> [UInt8] {
    var bytes: [UInt8] = []
    /// Adds a block and returns its handle.
    func add(_ entries: [(key: String, value: [UInt8])]) -> [UInt8] {
      let contents = block(entries) + [kind]
      let handle = varint(UInt64(bytes.count)) + varint(UInt64(contents.count - 1))
      bytes += contents + little(CRC32C(of: Bytes(contents)).masked)
      return handle
    }
    var index: [(key: String, value: [UInt8])] = []
    for start in stride(from: 0, to: entries.count, by: blockLength) {
      let part = Array(entries[start..<min(entries.count, start + blockLength)])
      index.append((part[part.count - 1].key, add(part)))
    }
    var footer = add([]) + add(index)
    footer += Array(repeating: 0, count: 40 - footer.count)
    return bytes + footer + little(UInt64(0xDB47_7524_8B80_FB57))
  }

  private static func block(_ entries: [(key: String, value: [UInt8])]) -> [UInt8] {
    var bytes: [UInt8] = []
    var last: [UInt8] = []
    for (key, value) in entries {
      let key = Array(key.utf8)
      let shared = zip(last, key).prefix { $0 == $1 }.count
      bytes += varint(UInt64(shared)) + varint(UInt64(key.count - shared)) + varint(UInt64(value.count))
      bytes += key[shared...] + value
      last = key
    }
    return bytes + little(UInt32(0)) + little(UInt32(1))
  }

  static func field(_ number: UInt8, _ value: Int) -> [UInt8] {
    [number << 3] + varint(UInt64(bitPattern: Int64(value)))
  }

  static func field(_ number: UInt8, _ value: [UInt8]) -> [UInt8] {
    [number << 3 | 2] + varint(UInt64(value.count)) + value
  }

  static func varint(_ number: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}

/// A checkpoint of two shards that TensorFlow 2.21 wrote with `SaveV2` and `MergeV2Checkpoints`.
///
/// The first shard has five variables of slim's first layer and `global_step`. The second one has a tensor of every
/// type: `kinds/half`, `kinds/brain`, `kinds/double`, `kinds/empty`, and `kinds/int32`, `kinds/flag`, `kinds/text`,
/// which are not weights.
enum SmallCheckpoint {
  static let index = bytes(
    """
    AAAGCAIaAggBACMSTW9iaWxlbmV0VjEvQ29udjJkXzAvQmF0Y2hOb3JtL2JldGEIARIEEgIIAiDgASgINWIKl2sfBRJnYW1tYQgBEgQSAggCIN\
    gBKAg1WTzlNR8LEm1vdmluZ19tZWFuCAESBBICCAIg6AEoCDUsuf9SJggSdmFyaWFuY2UIARIEEgIIAiDwASgINfsp2hoVBxx3ZWlnaHRzCAES\
    EBICCAMSAggDEgIIAxICCAIo2AE1b1u09AALDmdsb2JhbF9zdGVwCAkSACD4ASgINQFqf18ACxNraW5kcy9icmFpbggOEgQSAggCGAEgBCgENU\
    w+7pAGBhNkb3VibGUIAhIEEgIIARgBIAgoCDVqnkq3BgUTZW1wdHkIARIGEgASAggDGAEgIDXY6oKiBgQTZmxhZwgKEgQSAggBGAEgFCgBNQUr\
    KEMGBBVoYWxmCBMSCBICCAESAggCGAEoBDWw0iLpBgUTaW50MzIIAxIEEgIIARgBIBAoBDWnjZ2IBgQTdGV4dAgHEgQSAggCGAEgFSgLNV1Hx3\
    cAAAAAAQAAAABcIKAlAAAAAAEAAAAAwPKhsAABA2wApQMAAAAAAQAAAAAjyJkAqgMItwMPAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAFf7gIskdUfb
    """)
  static let shards = [
    bytes(
      """
      AAAAwAAA8L8AAOC/AADQvwAAwL8AALC/AACgvwAAkL8AAIC/AABgvwAAQL8AACC/AAAAvwAAwL4AAIC+AAAAvgAAAAAAAAA+AACAPgAAwD4AAA\
      A/AAAgPwAAQD8AAGA/AACAPwAAkD8AAKA/AACwPwAAwD8AANA/AADgPwAA8D8AAABAAAAIQAAAEEAAABhAAAAgQAAAKEAAADBAAAA4QAAAQEAA\
      AEhAAABQQAAAWEAAAGBAAABoQAAAcEAAAHhAAACAQAAAhEAAAIhAAACMQAAAkEAAAJRAAACAPwAAAEAAAEBAAACAQAAAoEAAAMBAAADgQAAAAE\
      GH1hIAAAAAAA==
      """),
    bytes(
      """
      AD4AwAA/QMAAAAAAAADQPwcAAAABBQDqsgQ+aGVsbG8=
      """),
  ]

  /// Writes the files of the checkpoint and returns its prefix.
  static func write(to folder: URL) throws -> URL {
    let prefix = folder.appending(path: "small.ckpt-1000")
    try Data(index).write(to: URL(filePath: prefix.path + ".index"))
    for (number, shard) in shards.enumerated() {
      try Data(shard).write(to: URL(filePath: prefix.path + ".data-0000\(number)-of-00002"))
    }
    return prefix
  }

  private static func bytes(_ text: String) -> [UInt8] { Array(Data(base64Encoded: text) ?? Data()) }
}
