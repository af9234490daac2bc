import Heads
import Imprinting
import Inference

/// Why what a file holds does not go with the rest, and which file it is.
struct NamedEmbeddingSetError: Error, CustomStringConvertible {
  let file: String
  let error: EmbeddingSetError

  var description: String { "\(file): \(error)" }
}

extension EmbeddingSetError {
  /// Does some work with what a file holds, and says which file it is where that is of another kind.
  ///
  /// - Throws: ``NamedEmbeddingSetError``, and what `work` throws.
  static func naming<Result>(_ file: String, _ work: () throws -> Result) throws -> Result {
    do {
      return try work()
    } catch EmbeddingSetError.otherSpace(let difference) {
      throw NamedEmbeddingSetError(file: file, error: .otherSpace(difference))
    }
  }
}
