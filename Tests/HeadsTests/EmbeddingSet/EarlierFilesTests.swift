import Foundation
import LinearAlgebra
import ModelSurgery
import Platform
import TFLite
import TestHeads
import Testing

@testable import Heads

/// Embedding files as earlier versions wrote them.
@Suite("Embedding files of earlier versions")
struct EarlierFilesTests {
  /// Returns the contents of a file of an earlier version.
  private func file(of set: EmbeddingSet, version: UInt8) throws -> [UInt8] {
    let stored = set.hasEmbeddings
    let classes = set.classes.map { known in
      let pictures = stored ? known.pictures.map { "\"\($0.name)\"" }.joined(separator: ",") : ""
      return "{\"count\":\(known.count),\"name\":\"\(known.name)\",\"pictures\":[\(pictures)]}"
    }
    let space = String(decoding: try JSONEncoder().encode(set.space), as: UTF8.self)
    let header =
      "{\"budget\":\(set.budget),\"classes\":[\(classes.joined(separator: ","))],\"hasEmbeddings\":\(stored),"
      + "\"space\":\(space)}"
    var bytes = Array("IMSN".utf8) + [version, 0, 0, 0]
    withUnsafeBytes(of: UInt32(header.utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes += header.utf8
    if stored {
      for picture in set.classes.flatMap(\.pictures) { bytes += picture.embeddings }
    } else {
      bytes += try sums(of: set)
    }
    return bytes + (try SHA256Digest(of: bytes).bytes)
  }

  /// Returns the sums as 64-bit floats, in which each view has the weight 1/V, of features that are not rounded.
  private func sums(of set: EmbeddingSet) throws -> [UInt8] {
    let stored = try MadeEmbeddings.set(in: set.space)
    let (dimension, views) = (set.space.dimension, set.space.augmentation.count)
    let features = try LabelledFeatures(stored)
    var numbers: [Double] = []
    for (known, rows) in zip(stored.classes, features.classRows) {
      numbers += known.steps
      for column in 0..<dimension { numbers.append(rows.reduce(0) { $0 + features.rows[$1, column] } / Double(views)) }
    }
    for row in 0..<dimension {
      for column in row..<dimension {
        numbers.append(
          (0..<features.rows.rows).reduce(0) { $0 + features.rows[$1, row] * features.rows[$1, column] }
            / Double(views))
      }
    }
    return numbers.flatMap { number in withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) } }
  }

  @Test("Are read, of either version, with embeddings and with sums", arguments: [1, 2] as [UInt8], [1 << 26, 0])
  func reading(version: UInt8, budget: Int) throws {
    for space in [MadeEmbeddings.space(), MadeEmbeddings.space(views: .five), MadeEmbeddings.space(element: .float32)] {
      let set = try MadeEmbeddings.set(in: space, budget: budget)
      let read = try EmbeddingSet(Bytes(file(of: set, version: version)), path: "a.embeddings")
      #expect(read.classes.map(\.count) == set.classes.map(\.count))
      #expect(read.hasEmbeddings == set.hasEmbeddings && read.classes.allSatisfy(\.digests.isEmpty))
      for (one, other) in zip(read.classes, set.classes) {
        for (mine, theirs) in zip(one.steps, other.steps) { #expect(abs(mine - theirs) < 1e-9 * abs(theirs)) }
      }
      let (mine, theirs) = (try read.pooledMoments(), try set.pooledMoments())
      // Each feature was rounded to 2⁻¹⁵ since.
      for (one, other) in zip(mine.classSums().joined(), theirs.classSums().joined()) {
        #expect(abs(one - other) < 15 * 0x1p-16)
      }
      for (one, other) in zip(mine.squareTriangle().elements, theirs.squareTriangle().elements) {
        #expect(abs(one - other) < 15 * 0x1p-15)
      }
      var both = read
      try both.merge(MadeEmbeddings.set(pictures: 7..<9, in: space))
      #expect(both.pictures == 21)
    }
  }

  @Test("Sums that make no sense are refused", arguments: [1e300, .infinity, .nan])
  func nonsense(number: Double) throws {
    let set = try MadeEmbeddings.set(budget: 0)
    let good = try file(of: set, version: 2)
    for place in [32 + 8, good.count - 32 - 8 * 12 * 13 / 2 - 8 * 12 * 3 - 8] {
      var bytes = Array(good.dropLast(32))
      let start = place == 40 ? bytes.count - 8 : place
      withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes.replaceSubrange(start..<start + 8, with: $0) }
      #expect(throws: EmbeddingSetError.self) {
        try EmbeddingSet(Bytes(bytes + SHA256Digest(of: bytes).bytes), path: "a.embeddings")
      }
    }
  }
}
