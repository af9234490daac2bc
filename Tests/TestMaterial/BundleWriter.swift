public import Foundation
import ModelSurgery
import TFLite

/// A writer of TensorFlow V2 checkpoints, valid and invalid ones.
public struct BundleWriter {
  /// An entry of the index; nil fields follow from the tensor.
  public struct Entry {
    public var name: String
    public var kind = 1
    public var shape: [Int]
    public var data: [UInt8]
    public var shard: Int?
    public var offset, size: Int?
    public var checksum: UInt32?
    public var isSliced = false

    public init(
      name: String, shape: [Int], data: [UInt8], offset: Int? = nil, size: Int? = nil, checksum: UInt32? = nil
    ) {
      self.name = name
      self.shape = shape
      self.data = data
      self.offset = offset
      self.size = size
      self.checksum = checksum
    }
  }

  public var entries: [Entry] = []
  public var shardCount = 1
  public var isBigEndian = false
  /// The number of entries in a block of the index.
  public var blockLength = 3

  public init() {}

  /// Adds a float tensor.
  public mutating func add(_ name: String, _ shape: [Int], _ floats: [Float]) {
    entries.append(Entry(name: name, shape: shape, data: little(floats)))
  }

  /// Returns the index and the single data file.
  public func files() -> (index: [UInt8], data: [UInt8]) {
    var data: [UInt8] = []
    var values: [(key: String, value: [UInt8])] = []
    for entry in entries.sorted(by: { $0.name < $1.name }) {
      values.append((entry.name, message(of: entry, at: data.count)))
      data += entry.data
    }
    let header = Self.field(1, shardCount) + (isBigEndian ? Self.field(2, 1) : []) + Self.field(3, [8, 1])
    return (Self.table([("", header)] + values, blockLength: blockLength), data)
  }

  /// Writes the files of a checkpoint.
  ///
  /// - Parameter prefix: The path without the endings of the files.
  public func write(to prefix: URL) throws {
    let (index, data) = files()
    try Data(index).write(to: URL(filePath: prefix.path + ".index"))
    try Data(data).write(to: URL(filePath: prefix.path + ".data-00000-of-00001"))
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
  public static func table(_ entries: [(key: String, value: [UInt8])], blockLength: Int, kind: UInt8 = 0) -> [UInt8] {
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

  public static func field(_ number: UInt8, _ value: Int) -> [UInt8] {
    [number << 3] + varint(UInt64(bitPattern: Int64(value)))
  }

  public static func field(_ number: UInt8, _ value: [UInt8]) -> [UInt8] {
    [number << 3 | 2] + varint(UInt64(value.count)) + value
  }

  public static func varint(_ number: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}

private func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

private func little(_ numbers: [Float]) -> [UInt8] { numbers.flatMap { little($0.bitPattern) } }
