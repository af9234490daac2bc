import Heads
import ModelSurgery
import Platform
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
/// | 4 | version, 2: it changes when the format changes, or the way pictures are read and resized |
/// | 4 | length of the space |
/// | | the space as JSON |
/// | 16 + 80 + V D E each | a picture's digest, its look and its embeddings (V views of D elements of E bytes), least recently \
/// used first |
/// | 32 | SHA-256 of everything before |
struct CachedEmbeddings: Sendable {
  let space: EmbeddingSpace
  // The look and the embeddings of each picture, as they stand in the file.
  private(set) var entries: [PictureDigest: Bytes] = [:]
  // Least recently used first.
  private(set) var order: [PictureDigest] = []

  private static let magic: UInt32 = 0x4345_4D49
  private static let version: UInt32 = 2

  init(space: EmbeddingSpace) { self.space = space }

  /// Reads a file; returns nil if it is damaged, or has another version or space.
  init?(_ file: Bytes, space: EmbeddingSpace) {
    self.init(space: space)
    guard let body = (try? file.unsealed) ?? nil else { return nil }
    var cursor = ByteCursor(body)
    guard cursor.next(UInt32.self) == Self.magic, cursor.next(UInt32.self) == Self.version,
      let length = cursor.next(UInt32.self), let json = cursor.take(Int(length)),
      (try? JSONDecoder().decode(EmbeddingSpace.self, from: Data(json))) == space
    else { return nil }
    while cursor.remaining > 0 {
      guard let key = cursor.take(PictureDigest.byteCount), let digest = PictureDigest(bytes: key),
        let entry = cursor.take(entrySize)
      else { return nil }
      insert(entry, for: digest)
    }
  }

  /// The size in bytes of the embeddings of all views of a picture.
  var embeddingSize: Int { space.byteCount * space.augmentation.count }

  private var entrySize: Int { PictureLook.byteCount + embeddingSize }

  /// Returns a picture by its digest, under a name.
  func picture(_ digest: PictureDigest, named name: String) -> EmbeddedPicture? {
    guard let entry = entries[digest], let embeddings = entry.slice(PictureLook.byteCount..<entry.count) else {
      return nil
    }
    return EmbeddedPicture(
      name: name, embeddings: embeddings, digest: digest,
      look: PictureLook(encoded: entry.prefix(PictureLook.byteCount)))
  }

  /// Adds a picture; ignores one without a digest, and embeddings of the wrong size.
  mutating func insert(_ picture: EmbeddedPicture) {
    guard let digest = picture.digest, picture.embeddings.count == embeddingSize else { return }
    let look = picture.look?.encoded ?? Array(repeating: 0, count: PictureLook.byteCount)
    insert(Bytes(look + Array(picture.embeddings)), for: digest)
  }

  private mutating func insert(_ entry: Bytes, for digest: PictureDigest) {
    guard entry.count == entrySize else { return }
    if entries.updateValue(entry, forKey: digest) == nil { order.append(digest) }
  }

  /// Adds other embeddings, and marks the used ones as the most recent. Removes the least recently used embeddings until the
  /// file fits into `limit` bytes.
  mutating func add(_ other: CachedEmbeddings, used: Set<PictureDigest>, limit: Int) {
    for digest in other.order {
      if let entry = other.entries[digest] { insert(entry, for: digest) }
    }
    order = order.filter { !used.contains($0) } + order.filter(used.contains)
    let room = max(0, limit - Self.overhead) / (PictureDigest.byteCount + entrySize)
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
      if let entry = entries[digest] { pieces += [Bytes(digest.bytes), entry] }
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
