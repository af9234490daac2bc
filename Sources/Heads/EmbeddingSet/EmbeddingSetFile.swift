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
/// | 4 | version: 2 for embeddings, 3 for sums |
/// | 4 | length of the header |
/// | | the header: JSON with the space, the budget, each class's name, count and pictures' names, for embeddings beside a model \
/// the SHA-256 of its file, and for a part of a job its shards |
/// | | if the set stores embeddings: if the header says so, for each picture, class by class, its digest (16 bytes, zeros \
/// where it is not known) and its look (80 bytes, see ``PictureLook/encoded``); then the embeddings in the same order, as the \
/// network stores them |
/// | | otherwise, class by class, the digests of the pictures that have one, ascending; then, for each class, D sums of steps \
/// and D sums of features; then the upper triangle of the pooled second moment Σ z zᵀ in the order of \
/// `IntegerSymmetricSum/elements`: all integers, of the widths that the header gives |
/// | 32 | SHA-256 of everything before |
///
/// Sums of steps of floats are in units of 2⁻⁶⁰, sums of features in units of 2⁻¹⁵, and of their products in units of 2⁻³⁰; all
/// are over all views. In versions 1 and 2 sums are 64-bit floats, in which each view has the weight 1/V, and the triangle is
/// row by row. Version 1 has no digests and looks.
extension EmbeddingSet {
  /// The latest version of the format.
  static let fileVersion = EmbeddingSetHeader.latestVersion
  private static let largeFile = 1 << 30

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
    // A sparse file can claim any size; its digest would take hours.
    if bytes.count > Self.largeFile {
      let (version, header) = try EmbeddingSetHeader.read(&cursor, path: path)
      guard header.bodySize(version: version) == cursor.remaining - SHA256Digest.byteCount else {
        throw bad("it is cut off or altered")
      }
    } else {
      guard cursor.next(UInt32.self) == EmbeddingSetHeader.magic, let version = cursor.next(UInt32.self) else {
        throw bad("it is not an embedding file")
      }
      guard version <= Self.fileVersion else {
        throw EmbeddingSetError.newerVersion(path: path, version: Int(version), known: Int(Self.fileVersion))
      }
    }
    guard let body = try bytes.unsealed else { throw bad("it is cut off or altered") }
    cursor = ByteCursor(body)
    let (version, header) = try EmbeddingSetHeader.read(&cursor, path: path)
    model = header.model
    guard header.isSensible else { throw bad("its header makes no sense") }
    var names: Set<String> = []
    var room = EmbeddingSetHeader.mostPictures
    for known in header.classes {
      guard Labels.isName(known.name), names.insert(known.name).inserted, known.count > 0, known.count <= room,
        !header.hasEmbeddings || known.pictures.count == known.count, (0...known.count).contains(known.digests ?? 0)
      else { throw bad("its class \"\(known.name)\" makes no sense") }
      room -= known.count
    }
    if header.hasEmbeddings {
      let classes = try Self.classes(of: header, cursor, bad)
      self.init(
        space: header.space, budget: header.budget, classes: classes, moments: nil, shards: header.shards ?? [],
        hasOthers: header.hasOthers ?? false)
    } else {
      let sums = try SumsReader(header: header, cursor: cursor, bad: bad).read(version: version)
      self.init(
        space: header.space, budget: header.budget, classes: sums.classes, moments: sums.moments,
        exceededBudget: header.exceededBudget.map { max(0, $0) }, shards: header.shards ?? [],
        hasOthers: header.hasOthers ?? false)
    }
  }

  /// Reads the pictures behind the header.
  private static func classes(
    of header: EmbeddingSetHeader, _ start: ByteCursor, _ bad: (String) -> EmbeddingSetError
  ) throws -> [EmbeddedClass] {
    let space = header.space
    var cursor = start
    var set = EmbeddingSet(space: space, budget: .max)
    let size = space.byteCount * space.augmentation.count
    let identityBytes = header.hasIdentities == true ? EmbeddingSetHeader.identityBytes : 0
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
    return set.classes
  }

  /// Returns the digest of 16 bytes; nil for zeros, which stand for none.
  private static func digest(_ bytes: some Collection<UInt8>) -> PictureDigest? {
    bytes.allSatisfy { $0 == 0 } ? nil : PictureDigest(bytes: bytes)
  }

  private static func identity(of picture: EmbeddedPicture) -> [UInt8] {
    (picture.digest?.bytes ?? Array(repeating: 0, count: PictureDigest.byteCount))
      + (picture.look?.encoded ?? Array(repeating: 0, count: PictureLook.byteCount))
  }

  /// Writes a file, replacing an existing one.
  ///
  /// - Throws: `AtomicFileError`, `LinearAlgebraError`.
  public func write(to file: URL) throws { try AtomicFile(file).write(pieces()) }

  /// Returns the contents of the file, in pieces.
  ///
  /// - Parameter model: The SHA-256 of the model beside which the file is written.
  package func pieces(besideModel model: String? = nil) throws -> [Bytes] {
    let hasIdentities = classes.contains { $0.pictures.contains { $0.digest != nil || $0.look != nil } }
    let moments = hasEmbeddings ? nil : try pooledMoments()
    let elements = moments?.square.elements ?? []
    let widths = zip(classes, moments?.sums ?? []).map { [$0.summedSteps?.width ?? 1, $1.width] }
    let header = EmbeddingSetHeader(
      space: space, budget: budget, hasEmbeddings: hasEmbeddings,
      classes: classes.enumerated().map { place, known in
        .init(
          name: known.name, count: known.count, pictures: known.pictures.map(\.name),
          groups: known.pictures.contains { $0.group != nil } ? known.pictures.map { $0.group ?? "" } : nil,
          digests: hasEmbeddings || known.digests.isEmpty ? nil : known.digests.count,
          widths: hasEmbeddings ? nil : widths[place])
      },
      hasIdentities: hasEmbeddings && hasIdentities ? true : nil,
      exceededBudget: hasEmbeddings || sumsBudget == budget ? nil : sumsBudget, model: model,
      shards: shards.isEmpty ? nil : shards, hasOthers: hasOthers ? true : nil,
      squareWidth: moments == nil ? nil : IntegerSums.width(of: elements))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let json = try encoder.encode(header)
    guard let length = UInt32(exactly: json.count) else { throw EmbeddingSetError.tooMany("pictures for one file") }
    var start: [UInt8] = []
    for number in [EmbeddingSetHeader.magic, header.version, length] {
      withUnsafeBytes(of: number.littleEndian) { start.append(contentsOf: $0) }
    }
    var pieces = [Bytes(start), Bytes(Array(json))]
    if let moments {
      pieces += classes.map { Bytes($0.digests.sorted().flatMap(\.bytes)) }
      for (place, (known, sum)) in zip(classes, moments.sums).enumerated() {
        pieces.append(known.summedSteps?.bytes(width: widths[place][0]) ?? Bytes())
        pieces.append(sum.bytes(width: widths[place][1]))
      }
      pieces.append(IntegerSums.bytes(of: elements, width: IntegerSums.width(of: elements)))
    } else {
      if hasIdentities { pieces.append(Bytes(classes.flatMap { $0.pictures.flatMap(Self.identity) })) }
      pieces += classes.flatMap { $0.pictures.map(\.embeddings) }
    }
    return try pieces.sealed
  }
}
