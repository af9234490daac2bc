import TestHeads

@testable import Heads

extension MadeEmbeddings {
  /// Returns the contents of a set's file in one piece.
  static func bytes(_ set: EmbeddingSet) throws -> [UInt8] { try set.pieces().flatMap { Array($0) } }
}
