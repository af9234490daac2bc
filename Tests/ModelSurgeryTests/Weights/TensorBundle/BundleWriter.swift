import ModelSurgery
import TFLite

/// Writes checkpoints in TensorFlow's second format, sound ones and others.
struct BundleWriter {
  /// What an entry of the index says of a tensor; what is nil follows from the tensor.
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
  /// How many entries share a block of the index.
  var blockLength = 3

  /// Adds a tensor of floats.
  mutating func add(_ name: String, _ shape: [Int], _ floats: [Float]) {
    entries.append(Entry(name: name, shape: shape, data: little(floats)))
  }

  /// The index, and the one file with the data.
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

  /// A table of entries in blocks.
  static func table(_ entries: [(key: String, value: [UInt8])], blockLength: Int, kind: UInt8 = 0) -> [UInt8] {
    var bytes: [UInt8] = []
    /// Adds a block and returns where it is.
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
