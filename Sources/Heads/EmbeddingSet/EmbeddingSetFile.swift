import LinearAlgebra
import ModelSurgery
import Platform
package import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// The embedding file, ending in `.embeddings`, little-endian throughout:
///
/// | bytes | contents |
/// | --- | --- |
/// | 4 | `IMSN` |
/// | 4 | version, 2 |
/// | 4 | length of the header |
/// | | the header: JSON with the space, the budget, each class's name, count and pictures' names, and for embeddings beside \
/// a model the SHA-256 of its file |
/// | | if the set stores embeddings: if the header says so, for each picture, class by class, its digest (16 bytes, zeros \
/// where it is not known) and its look (80 bytes, see ``PictureLook/encoded``); then the embeddings in the same order, as the \
/// network stores them |
/// | | otherwise, class by class, the digests of the pictures that have one, ascending; then, for each class, D sums of steps and D sums of features, then the upper triangle of the pooled second \
/// moment Σ z zᵀ, row by row, all 64-bit floats |
/// | 32 | SHA-256 of everything before |
///
/// Version 1 has no digests and looks.
extension EmbeddingSet {
  /// The version of the format.
  static let fileVersion: UInt32 = 2
  private static let identityBytes = PictureDigest.byteCount + PictureLook.byteCount

  private struct Header: Codable {
    struct Class: Codable {
      let name: String
      let count: Int
      let pictures: [String]
      /// The groups of the pictures, empty for none; absent where no picture has one.
      let groups: [String]?
      /// The number of digests of a class of a set of sums.
      let digests: Int?
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
  }

  private static let magic: UInt32 = 0x4E53_4D49
  private static let largestDimension = 1 << 20
  // Far more than anybody has, and small enough that counts can be added and multiplied without overflow.
  private static let mostPictures = 1 << 40

  /// Returns whether a file begins like an embedding file.
  ///
  /// - Throws: `TFLiteError/cannotRead(path:reason:)`.
  package static func isFile(_ file: URL) throws -> Bool {
    var cursor = ByteCursor(try Bytes(mapping: file))
    return cursor.next(UInt32.self) == magic
  }

  /// Reads a file.
  ///
  /// - Throws: `TFLiteError/cannotRead(path:reason:)`; ``EmbeddingSetError/badFile(path:reason:)`` where the file is not
  ///   an embedding file, or is truncated or altered; ``EmbeddingSetError/newerVersion(path:version:known:)``.
  public init(contentsOf file: URL) throws { self = try Self.read(contentsOf: file).set }

  /// Reads a file, and the SHA-256 of the model beside which it was written; nil where it was written without a model.
  ///
  /// - Throws: The errors of ``init(contentsOf:)``.
  package static func read(contentsOf file: URL) throws -> (set: EmbeddingSet, model: String?) {
    var model: String?
    let set = try EmbeddingSet(Bytes(mapping: file), path: file.relativePath, model: &model)
    return (set, model)
  }

  /// Reads the contents of a file; `path` names it in errors.
  package init(_ bytes: Bytes, path: String) throws {
    var model: String?
    try self.init(bytes, path: path, model: &model)
  }

  private init(_ bytes: Bytes, path: String, model: inout String?) throws {
    func bad(_ reason: String) -> EmbeddingSetError { .badFile(path: path, reason: reason) }
    var cursor = ByteCursor(bytes)
    guard cursor.next(UInt32.self) == Self.magic, let version = cursor.next(UInt32.self) else {
      throw bad("it is not an embedding file")
    }
    guard (1...Self.fileVersion).contains(version) else {
      throw version > Self.fileVersion
        ? EmbeddingSetError.newerVersion(path: path, version: Int(version), known: Int(Self.fileVersion))
        : bad("it is of version \(version)")
    }
    // A sparse file can claim any size; its digest would take hours.
    guard bytes.count <= Self.largeFile || Self.size(claimedBy: cursor) == bytes.count else {
      throw bad("it is cut off or altered")
    }
    guard let body = try bytes.unsealed else { throw bad("it is cut off or altered") }
    cursor = ByteCursor(body, at: 8)
    guard let length = cursor.next(UInt32.self), let json = cursor.take(Int(length)),
      let header = try? JSONDecoder().decode(Header.self, from: Data(json))
    else { throw bad("its header is damaged") }
    let space = header.space
    let identityBytes = header.hasIdentities == true ? Self.identityBytes : 0
    model = header.model
    guard (1...Self.largestDimension).contains(space.dimension), header.budget >= 0,
      space.element == .float32 ? space.zeroPoint == 0 : (-128...255).contains(space.zeroPoint),
      Set(header.shards?.map(\.job) ?? []).count == header.shards?.count ?? 0
    else { throw bad("its header makes no sense") }

    var classes: [EmbeddedClass] = []
    var names: Set<String> = []
    var room = Self.mostPictures
    for known in header.classes {
      guard Labels.isName(known.name), names.insert(known.name).inserted, known.count > 0, known.count <= room,
        !header.hasEmbeddings || known.pictures.count == known.count, (0...known.count).contains(known.digests ?? 0)
      else { throw bad("its class \"\(known.name)\" makes no sense") }
      room -= known.count
      classes.append(EmbeddedClass(name: known.name, count: known.count, steps: []))
    }
    if header.hasEmbeddings {
      var set = EmbeddingSet(space: space, budget: .max)
      let size = space.byteCount * space.augmentation.count
      let count = header.classes.reduce(0) { $0 + $1.pictures.count }
      guard count <= cursor.remaining, let identities = cursor.take(count * identityBytes) else {
        throw bad("it holds fewer pictures than its header says")
      }
      var index = 0
      for known in header.classes {
        for (place, name) in known.pictures.enumerated() {
          guard let embeddings = cursor.take(size) else { throw bad("it holds fewer embeddings than its header says") }
          let identity = identities.slice(index * identityBytes..<(index + 1) * identityBytes) ?? Bytes()
          let digest = Self.digest(identity.prefix(PictureDigest.byteCount))
          let look = PictureLook(encoded: identity.dropFirst(PictureDigest.byteCount))
          try set.append(
            EmbeddedPicture(
              name: name, embeddings: embeddings, digest: digest, look: look,
              group: known.groups.flatMap { place < $0.count && !$0[place].isEmpty ? $0[place] : nil }),
            to: known.name)
          index += 1
        }
      }
      guard cursor.remaining == 0 else { throw bad("it holds more than its header says") }
      self.init(
        space: space, budget: header.budget, classes: set.classes, moments: nil, shards: header.shards ?? [],
        hasOthers: header.hasOthers ?? false)
    } else {
      func numbers(_ count: Int) throws -> [Double] {
        guard let numbers = cursor.doubles(count) else { throw bad("it holds fewer sums than its header says") }
        guard numbers.allSatisfy(\.isFinite) else { throw bad("it holds a sum that is infinite or not a number (NaN)") }
        return numbers
      }
      let dimension = space.dimension
      for (place, known) in header.classes.enumerated() {
        for _ in 0..<(known.digests ?? 0) {
          guard let bytes = cursor.take(PictureDigest.byteCount), let digest = PictureDigest(bytes: bytes) else {
            throw bad("it holds fewer digests than its header says")
          }
          classes[place].digests.insert(digest)
        }
      }
      // Checked before memory is allocated for a size that a damaged header claims.
      let needed = 2 * classes.count * dimension + dimension * (dimension + 1) / 2
      guard cursor.remaining == 8 * needed else { throw bad("it does not hold as many sums as its header says") }
      var sums: [[Double]] = []
      for place in classes.indices {
        classes[place].steps = try numbers(dimension)
        sums.append(try numbers(dimension))
      }
      var square = SymmetricSum(size: dimension)
      for row in 0..<dimension { square.setUpperRow(row, to: try numbers(dimension - row)) }
      self.init(
        space: space, budget: header.budget, classes: classes, moments: PooledMoments(sums: sums, square: square),
        exceededBudget: header.exceededBudget.map { max(0, $0) }, shards: header.shards ?? [],
        hasOthers: header.hasOthers ?? false)
    }
  }

  /// Reads the header of a file, and compares the size of the file with it. The contents are not read.
  ///
  /// - Throws: The errors of ``init(contentsOf:)``.
  package static func summary(of file: URL) throws -> EmbeddingSetSummary {
    let (bytes, path) = (try Bytes(mapping: file), file.relativePath)
    var cursor = ByteCursor(bytes)
    guard cursor.next(UInt32.self) == magic, let version = cursor.next(UInt32.self) else {
      throw EmbeddingSetError.badFile(path: path, reason: "it is not an embedding file")
    }
    guard version <= fileVersion else {
      throw EmbeddingSetError.newerVersion(path: path, version: Int(version), known: Int(fileVersion))
    }
    guard size(claimedBy: cursor) == bytes.count, let length = cursor.next(UInt32.self),
      let json = cursor.take(Int(length)), let header = try? JSONDecoder().decode(Header.self, from: Data(json))
    else { throw EmbeddingSetError.badFile(path: path, reason: "it is cut off or altered") }
    return EmbeddingSetSummary(
      space: header.space, budget: max(0, header.budget), hasEmbeddings: header.hasEmbeddings,
      pictures: header.classes.reduce(0) { min($0, mostPictures) + min(max(0, $1.count), mostPictures) },
      shards: header.shards ?? [])
  }

  /// Returns the size of a file according to its header, at which the cursor is; nil where that makes no sense.
  private static func size(claimedBy cursor: ByteCursor) -> Int? {
    var cursor = cursor
    guard let length = cursor.next(UInt32.self), let json = cursor.take(Int(length)),
      let header = try? JSONDecoder().decode(Header.self, from: Data(json)),
      (1...largestDimension).contains(header.space.dimension)
    else { return nil }
    let (dimension, end) = (header.space.dimension, cursor.position + SHA256Digest.byteCount)
    guard header.hasEmbeddings else {
      // The sum of counts that a damaged header claims may overflow.
      let digests = header.classes.reduce(0) { min($0 &+ min(max($1.digests ?? 0, 0), mostPictures), mostPictures) }
      return end + PictureDigest.byteCount * digests
        + 8 * (2 * header.classes.count * dimension + dimension * (dimension + 1) / 2)
    }
    let count = header.classes.reduce(0) { $0 + $1.pictures.count }
    return end + count
      * ((header.hasIdentities == true ? identityBytes : 0) + header.space.byteCount * header.space.augmentation.count)
  }

  /// Returns the digest of 16 bytes; nil for zeros, which stand for none.
  private static func digest(_ bytes: some Collection<UInt8>) -> PictureDigest? {
    bytes.allSatisfy { $0 == 0 } ? nil : PictureDigest(bytes: bytes)
  }

  private static func identity(of picture: EmbeddedPicture) -> [UInt8] {
    (picture.digest?.bytes ?? Array(repeating: 0, count: PictureDigest.byteCount))
      + (picture.look?.encoded ?? Array(repeating: 0, count: PictureLook.byteCount))
  }

  private static let largeFile = 1 << 30

  /// Writes a file, replacing an existing one.
  ///
  /// - Throws: `AtomicFileError`, `LinearAlgebraError`.
  public func write(to file: URL) throws { try AtomicFile(file).write(pieces()) }

  /// Returns the contents of the file, in pieces.
  ///
  /// - Parameter model: The SHA-256 of the model beside which the file is written.
  package func pieces(besideModel model: String? = nil) throws -> [Bytes] {
    let hasIdentities = classes.contains { $0.pictures.contains { $0.digest != nil || $0.look != nil } }
    let header = Header(
      space: space, budget: budget, hasEmbeddings: hasEmbeddings,
      classes: classes.map {
        .init(
          name: $0.name, count: $0.count, pictures: $0.pictures.map(\.name),
          groups: $0.pictures.contains { $0.group != nil } ? $0.pictures.map { $0.group ?? "" } : nil,
          digests: hasEmbeddings || $0.digests.isEmpty ? nil : $0.digests.count)
      },
      hasIdentities: hasEmbeddings && hasIdentities ? true : nil,
      exceededBudget: hasEmbeddings || sumsBudget == budget ? nil : sumsBudget, model: model,
      shards: shards.isEmpty ? nil : shards, hasOthers: hasOthers ? true : nil)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let json = try encoder.encode(header)
    guard let length = UInt32(exactly: json.count) else { throw EmbeddingSetError.tooMany("pictures for one file") }
    var start: [UInt8] = []
    for number in [Self.magic, Self.fileVersion, length] {
      withUnsafeBytes(of: number.littleEndian) { start.append(contentsOf: $0) }
    }
    var pieces = [Bytes(start), Bytes(Array(json))]
    if hasEmbeddings {
      if hasIdentities { pieces.append(Bytes(classes.flatMap { $0.pictures.flatMap(Self.identity) })) }
      pieces += classes.flatMap { $0.pictures.map(\.embeddings) }
    } else {
      pieces.append(Bytes(classes.flatMap { $0.digests.sorted().flatMap(\.bytes) }))
      let moments = try pooledMoments()
      for (known, sum) in zip(classes, moments.sums) {
        pieces.append(Self.bytes(of: known.steps))
        pieces.append(Self.bytes(of: sum))
      }
      let square = try moments.wholeSquare()
      for row in 0..<square.size { pieces.append(Self.bytes(of: square.upperRow(row))) }
    }
    return try pieces.sealed
  }

  private static func bytes(of numbers: [Double]) -> Bytes {
    Bytes(numbers.map(\.bitPattern.littleEndian).withUnsafeBytes { Array($0) })
  }
}
