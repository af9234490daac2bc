import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A checkpoint of TensorFlow in its second format, a tensor bundle: a table `PREFIX.index` of where each tensor lies, and
/// the tensors' data in files `PREFIX.data-00000-of-00001` and so on, the shards.
struct TensorBundle {
  /// The table's file.
  let index: URL

  private let prefix: URL

  /// The bundle that a file or a path belongs to, or nil where it is none: the prefix, which is no file, the index or
  /// one of the shards.
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

  /// Maps the shards that the index speaks of and reads the tensors.
  func read() throws(WeightsError) -> (tensors: [(name: String, tensor: StoredTensor)], byteCount: Int) {
    let table = try Bytes(weights: index)
    return try Self.read(index: table) { [prefix] (shard, count) throws(WeightsError) in
      let name = "\(prefix.lastPathComponent).data-\(Self.padded(shard))-of-\(Self.padded(count))"
      return try Bytes(weights: prefix.deletingLastPathComponent().appending(path: name))
    }
  }

  /// The tensors of an index, in the order of their names, and how many bytes the shards have that they lie in.
  ///
  /// Tensors of texts, flags and numbers that are no weights are left out.
  ///
  /// - Parameters:
  ///   - index: The table.
  ///   - open: Gives the bytes of a shard by its number and how many there are; called once for each that is needed.
  /// - Throws: ``WeightsError``, also what `open` throws.
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
        throw .badTensor(name, because: "it is stored in slices; write the checkpoint with whole variables")
      }
      guard entry.shard >= 0, entry.shard < header.shardCount else {
        throw .badTensor(name, because: "it lies in shard \(entry.shard) of \(header.shardCount)")
      }
      let shard: Bytes
      if let known = shards[entry.shard] {
        shard = known
      } else {
        shard = try open(entry.shard, header.shardCount)
        shards[entry.shard] = shard
        byteCount += shard.count
      }
      // Tensors lie one behind the other: those that share data would be checked and copied over and over.
      guard entry.size <= byteCount - stored else { throw .outOfProportion(tensor: name) }
      stored += entry.size
      tensors.append((name, try entry.tensor(element, named: name, in: shard)))
    }
    return (tensors, byteCount)
  }

  /// A shard's number as its file has it: five digits, or more.
  private static func padded(_ number: Int) -> String {
    let digits = "\(number)"
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }

  private static let ending = ".index"
}
