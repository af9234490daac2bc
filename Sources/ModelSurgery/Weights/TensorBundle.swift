import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A TensorFlow V2 checkpoint (tensor bundle): a table `PREFIX.index` that locates each tensor, and data files
/// `PREFIX.data-00000-of-00001` and so on, the shards.
struct TensorBundle {
  /// The file of the table.
  let index: URL

  private let prefix: URL

  /// Finds the bundle that a path belongs to: its prefix, which is not a file itself, its index or one of its shards.
  /// Returns nil if there is none.
  init?(at file: URL) {
    let name = file.lastPathComponent
    let folder = file.deletingLastPathComponent()
    let stem: String
    if name.hasSuffix(Self.ending) {
      stem = String(name.dropLast(Self.ending.count))
    } else if let match = name.wholeMatch(of: /(.+)\.data-[0-9]{5,}-of-[0-9]{5,}/) {
      stem = String(match.1)
    } else if !FileManager.default.fileExists(atPath: file.path) {
      stem = name
    } else {
      return nil
    }
    guard !stem.isEmpty else { return nil }
    prefix = folder.appending(path: stem)
    index = folder.appending(path: stem + Self.ending)
    guard FileManager.default.fileExists(atPath: index.path) else { return nil }
  }

  /// Reads the tensors from the shards, which are mapped into memory.
  func read() throws(WeightsError) -> (tensors: [(name: String, tensor: StoredTensor)], byteCount: Int) {
    let table = try Bytes(weights: index)
    return try Self.read(index: table) { [prefix] (shard, count) throws(WeightsError) in
      let name = "\(prefix.lastPathComponent).data-\(Self.padded(shard))-of-\(Self.padded(count))"
      return try Bytes(weights: prefix.deletingLastPathComponent().appending(path: name))
    }
  }

  /// Returns the tensors of an index in the order of their names, and the total size of the shards that hold them.
  ///
  /// Tensors of strings, booleans and other unsupported element types are left out.
  ///
  /// - Parameters:
  ///   - index: The contents of the index.
  ///   - open: Returns the contents of a shard by its number and the number of shards; called once for each shard
  ///     needed.
  /// - Throws: ``WeightsError``, including the errors of `open`.
  static func read(
    index: Bytes, open: (_ shard: Int, _ count: Int) throws(WeightsError) -> Bytes
  ) throws(WeightsError) -> (tensors: [(name: String, tensor: StoredTensor)], byteCount: Int) {
    var entries = try SortedTable.entries(of: index)
    guard let first = entries.first, first.key.isEmpty, let header = BundleHeader(first.value) else {
      throw .damaged(place: "the index", because: "it does not begin with the header of a checkpoint")
    }
    guard header.isLittleEndian else { throw .notWeights(because: "it was written by a big-endian machine") }
    entries.removeFirst()
    var shards: [Int: Bytes] = [:]
    var byteCount = 0
    var stored = 0
    var tensors: [(name: String, tensor: StoredTensor)] = []
    for (name, value) in entries {
      guard let entry = BundleEntry(value) else {
        throw .damaged(place: "the index", because: "the entry of \"\(name)\" is damaged")
      }
      guard let element = entry.element else { continue }
      guard !entry.isSliced else {
        throw .badTensor(name, because: "it is stored in slices; write the checkpoint without partitioned variables")
      }
      guard entry.shard >= 0, entry.shard < header.shardCount else {
        throw .badTensor(name, because: "it is in shard \(entry.shard) of \(header.shardCount)")
      }
      let shard: Bytes
      if let known = shards[entry.shard] {
        shard = known
      } else {
        shard = try open(entry.shard, header.shardCount)
        shards[entry.shard] = shard
        byteCount += shard.count
      }
      // Tensors must not share data: shared data would be verified and copied over and over.
      guard entry.size <= byteCount - stored else { throw .outOfProportion(tensor: name) }
      stored += entry.size
      tensors.append((name, try entry.tensor(element, named: name, in: shard)))
    }
    return (tensors, byteCount)
  }

  /// Returns a shard's number as file names have it: at least five digits.
  private static func padded(_ number: Int) -> String {
    let digits = "\(number)"
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }

  private static let ending = ".index"
}

/// The first entry of an index: TensorFlow's `BundleHeaderProto`.
struct BundleHeader {
  /// The number of data files.
  private(set) var shardCount = 0
  /// Whether numbers are little-endian.
  private(set) var isLittleEndian = true

  /// Reads the message, or returns nil if it is invalid, including its number of shards.
  init?(_ message: Bytes) {
    var read = self
    let isWhole = ProtobufFields.read(message) { field, value in
      switch field {
      case 1: read.shardCount = value.integer ?? -1
      case 2: read.isLittleEndian = value.integer == 0
      default: break
      }
    }
    guard isWhole, (1...Self.mostShards).contains(read.shardCount) else { return nil }
    self = read
  }

  private static let mostShards = 99_999
}

/// The location of a tensor: TensorFlow's `BundleEntryProto`.
struct BundleEntry {
  /// The element type, or nil for strings, booleans and other types that weights do not have.
  private(set) var element: WeightElement?
  private(set) var shape: [Int] = []
  /// The number of the data file.
  private(set) var shard = 0
  /// The range of the data in that file.
  private(set) var offset = 0
  private(set) var size = 0
  /// The masked checksum of the data.
  private(set) var checksum: UInt32 = 0
  /// Whether the data is stored in slices under other names.
  private(set) var isSliced = false

  /// Reads the message, or returns nil if it is invalid.
  init?(_ message: Bytes) {
    var read = self
    var isSound = true
    let isWhole = ProtobufFields.read(message) { field, value in
      switch (field, value) {
      case (1, .number(let kind)): read.element = Self.elements[kind]
      case (2, .bytes(let shape)): isSound = isSound && read.readShape(shape)
      case (3, _): read.shard = value.integer ?? -1
      case (4, _): read.offset = value.integer ?? -1
      case (5, _): read.size = value.integer ?? -1
      case (6, .fixed32(let checksum)): read.checksum = checksum
      case (7, _): read.isSliced = true
      default: break
      }
    }
    guard isWhole, isSound, read.offset >= 0, read.size >= 0 else { return nil }
    self = read
  }

  /// Returns the tensor from its data file and verifies its checksum.
  ///
  /// - Throws: ``WeightsError/badTensor(_:because:)``.
  /// - Complexity: O(bytes).
  func tensor(
    _ element: WeightElement, named name: String, in shard: Bytes
  ) throws(WeightsError) -> StoredTensor {
    let (end, overflow) = offset.addingReportingOverflow(size)
    guard !overflow, end <= shard.count, let data = shard.slice(offset..<end) else {
      throw .badTensor(
        name, because: "its \(size) bytes from byte \(offset) go beyond the \(shard.count) bytes of the data file")
    }
    guard let tensor = StoredTensor(element: element, dense: data, shape: shape) else {
      throw .badTensor(name, because: "its shape \(shape) does not fit its \(size) bytes")
    }
    guard CRC32C(of: data).masked == checksum else {
      throw .badTensor(
        name, because: "its checksum is wrong; the data file is damaged, or belongs to another checkpoint")
    }
    return tensor
  }

  /// Reads the shape, a message with a message for each dimension. Returns whether it is valid.
  private mutating func readShape(_ message: Bytes) -> Bool {
    var shape: [Int] = []
    var isSound = true
    let isWhole = ProtobufFields.read(message) { field, value in
      guard field == 2, case .bytes(let dimension) = value else {
        // Field 3 says that the rank is unknown.
        isSound = isSound && field != 3
        return
      }
      var size = 0
      let isDimension = ProtobufFields.read(dimension) { field, value in
        if field == 1 { size = value.integer ?? -1 }
      }
      isSound = isSound && isDimension && size >= 0
      shape.append(size)
    }
    self.shape = shape
    return isWhole && isSound
  }

  private static let elements: [UInt64: WeightElement] = [
    1: .float32, 2: .float64, 9: .int64, 14: .bfloat16, 19: .float16,
  ]
}
