import Platform
import Heads
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  public import Foundation
#endif

/// Cached embeddings of one space, and their file, little-endian throughout:
///
/// | bytes | content |
/// | --- | --- |
/// | 4 | `IMEC` |
/// | 4 | version, 1: it changes when the format changes, or the way pictures are read and resized |
/// | 4 | length of the space |
/// | | the space as JSON |
/// | 32 + V D E each | a picture's digest and its embeddings (V views of D elements of E bytes), least recently used first |
/// | 32 | SHA-256 of everything before |
struct CachedEmbeddings: Sendable {
  let space: EmbeddingSpace
  private(set) var entries: [SHA256Digest: Bytes] = [:]
  // Least recently used first.
  private(set) var order: [SHA256Digest] = []

  private static let magic: UInt32 = 0x4345_4D49
  private static let version: UInt32 = 1

  init(space: EmbeddingSpace) { self.space = space }

  /// Reads a file; returns nil if it is damaged, or has another version or space.
  init?(_ file: Bytes, space: EmbeddingSpace) {
    self.init(space: space)
    let size = SHA256Digest.byteCount
    guard let body = (try? file.unsealed) ?? nil else { return nil }
    var cursor = ByteCursor(body)
    guard cursor.next(UInt32.self) == Self.magic, cursor.next(UInt32.self) == Self.version,
      let length = cursor.next(UInt32.self), let json = cursor.take(Int(length)),
      (try? JSONDecoder().decode(EmbeddingSpace.self, from: Data(json))) == space
    else { return nil }
    while cursor.remaining > 0 {
      guard let key = cursor.take(size), let embeddings = cursor.take(embeddingSize) else { return nil }
      insert(embeddings, for: SHA256Digest(bytes: Array(key)))
    }
  }

  /// The size in bytes of the embeddings of all views of a picture.
  var embeddingSize: Int { space.byteCount * space.augmentation.count }

  /// Adds a picture's embeddings; ignores embeddings of the wrong size.
  mutating func insert(_ embeddings: Bytes, for digest: SHA256Digest) {
    guard embeddings.count == embeddingSize else { return }
    if entries.updateValue(embeddings, forKey: digest) == nil { order.append(digest) }
  }

  /// Adds other embeddings, and marks the used ones as the most recent. Removes the least recently used embeddings until the
  /// file fits into `limit` bytes.
  mutating func add(_ other: CachedEmbeddings, used: Set<SHA256Digest>, limit: Int) {
    for digest in other.order {
      if let embeddings = other.entries[digest] { insert(embeddings, for: digest) }
    }
    order = order.filter { !used.contains($0) } + order.filter(used.contains)
    let room = max(0, limit - Self.overhead) / (SHA256Digest.byteCount + max(1, embeddingSize))
    for digest in order.dropLast(room) { entries[digest] = nil }
    order = order.suffix(room)
  }

  // More bytes than the header and the digest at the end need.
  private static let overhead = 1024

  /// Returns the contents of the file, in pieces.
  func pieces() throws -> [Bytes] {
    let json = try Self.json(space)
    var start: [UInt8] = []
    for number in [Self.magic, Self.version, UInt32(clamping: json.count)] {
      withUnsafeBytes(of: number.littleEndian) { start.append(contentsOf: $0) }
    }
    var pieces = [Bytes(start + json)]
    for digest in order {
      if let embeddings = entries[digest] { pieces += [Bytes(digest.bytes), embeddings] }
    }
    return try pieces.sealed
  }

  /// Returns the name of a space's file.
  static func fileName(for space: EmbeddingSpace) throws -> String {
    try Bytes(json(space)).sha256.prefix(32) + EmbeddingCache.ending
  }

  private static func json(_ space: EmbeddingSpace) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return Array(try encoder.encode(space))
  }
}
