import ModelSurgery
import Platform
import TFLite

#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  package import Foundation
#endif

/// The header of an embedding file.
struct EmbeddingSetHeader: Codable {
  struct Class: Codable {
    let name: String
    let count: Int
    let pictures: [String]
    /// The groups of the pictures, empty for none; absent where no picture has one.
    let groups: [String]?
    /// The number of digests of a class of a set of sums.
    let digests: Int?
    /// The bytes of a sum of steps, and of a sum of features.
    let widths: [Int]?
  }

  let space: EmbeddingSpace
  let budget: Int
  let hasEmbeddings: Bool
  let classes: [Class]
  /// Whether digests and looks of the pictures follow.
  let hasIdentities: Bool?
  /// The budget beyond which a merged set stored only sums, where it is another.
  let exceededBudget: Int?
  /// The SHA-256 of the model that was made of the embeddings.
  let model: String?
  /// The shards that the set holds of jobs of which it does not hold all; absent where there are none.
  let shards: [HeldShards]?
  /// Whether the set holds pictures beside those of the shards.
  let hasOthers: Bool?
  /// The bytes of an element of the second moment.
  let squareWidth: Int?

  static let magic: UInt32 = 0x4E53_4D49
  static let largestDimension = 1 << 20
  // Far more than anybody has, and small enough that counts can be added and multiplied without overflow.
  static let mostPictures = 1 << 40
  /// The bytes of the digest and the look of a picture.
  static let identityBytes = PictureDigest.byteCount + PictureLook.byteCount

  /// The version of the format in which the set is written: sums of an earlier version are floats.
  var version: UInt32 { hasEmbeddings ? 2 : 3 }
  /// The latest version.
  static let latestVersion: UInt32 = 3

  /// Reads the magic number, the version and the header at the beginning of a file; the cursor is then behind them.
  ///
  /// - Throws: ``EmbeddingSetError/badFile(path:reason:)``, ``EmbeddingSetError/newerVersion(path:version:known:)``.
  static func read(
    _ cursor: inout ByteCursor, path: String
  ) throws(EmbeddingSetError) -> (version: UInt32, header: EmbeddingSetHeader) {
    guard cursor.next(UInt32.self) == magic, let version = cursor.next(UInt32.self) else {
      throw .badFile(path: path, reason: "it is not an embedding file")
    }
    guard (1...latestVersion).contains(version) else {
      throw version > latestVersion
        ? .newerVersion(path: path, version: Int(version), known: Int(latestVersion))
        : .badFile(path: path, reason: "it is of version \(version)")
    }
    guard let length = cursor.next(UInt32.self), let json = cursor.take(Int(length)) else {
      throw .badFile(path: path, reason: "it is cut off or altered")
    }
    guard let header = try? JSONDecoder().decode(EmbeddingSetHeader.self, from: Data(json)) else {
      throw .badFile(path: path, reason: "its header is damaged")
    }
    return (version, header)
  }

  /// Whether the space, the budget and the shards make sense.
  var isSensible: Bool {
    let jobs = shards?.map(\.job) ?? []
    return (1...Self.largestDimension).contains(space.dimension) && budget >= 0 && Set(jobs).count == jobs.count
      && (space.element == .float32 ? space.zeroPoint == 0 : (-128...255).contains(space.zeroPoint))
  }

  /// Returns the number of bytes that follow the header, without the digest at the end; nil where that makes no sense.
  func bodySize(version: UInt32) -> Int? {
    guard (1...Self.largestDimension).contains(space.dimension) else { return nil }
    let dimension = space.dimension
    if hasEmbeddings {
      let count = classes.reduce(0) { $0 + $1.pictures.count }
      return count
        * ((hasIdentities == true ? Self.identityBytes : 0) + space.byteCount * space.augmentation.count)
    }
    // The sum of counts that a damaged header claims may overflow.
    let digests = classes.reduce(0) {
      min($0 &+ min(max($1.digests ?? 0, 0), Self.mostPictures), Self.mostPictures)
    }
    let triangle = dimension * (dimension + 1) / 2
    guard version > 2 else {
      return PictureDigest.byteCount * digests + 8 * (2 * classes.count * dimension + triangle)
    }
    var size = PictureDigest.byteCount * digests
    for known in classes {
      guard let widths = known.widths, widths.count == 2, widths.allSatisfy(IntegerSums.widths.contains) else {
        return nil
      }
      size += dimension * (widths[0] + widths[1])
    }
    guard let squareWidth, IntegerSums.widths.dropLast().contains(squareWidth) else { return nil }
    return size + triangle * squareWidth
  }
}

extension EmbeddingSet {
  /// Returns whether a file begins like an embedding file.
  ///
  /// - Throws: `TFLiteError/cannotRead(path:reason:)`.
  package static func isFile(_ file: URL) throws -> Bool {
    var cursor = ByteCursor(try Bytes(mapping: file))
    return cursor.next(UInt32.self) == EmbeddingSetHeader.magic
  }

  /// Reads the header of a file, and compares the size of the file with it. The contents are not read.
  ///
  /// - Throws: The errors of ``init(contentsOf:)``.
  package static func summary(of file: URL) throws -> EmbeddingSetSummary {
    let (bytes, path) = (try Bytes(mapping: file), file.relativePath)
    var cursor = ByteCursor(bytes)
    let (version, header) = try EmbeddingSetHeader.read(&cursor, path: path)
    guard header.bodySize(version: version) == cursor.remaining - SHA256Digest.byteCount else {
      throw EmbeddingSetError.badFile(path: path, reason: "it is cut off or altered")
    }
    let most = EmbeddingSetHeader.mostPictures
    return EmbeddingSetSummary(
      space: header.space, budget: max(0, header.budget), hasEmbeddings: header.hasEmbeddings,
      pictures: header.classes.reduce(0) { min($0, most) + min(max(0, $1.count), most) },
      shards: header.shards ?? [])
  }
}
