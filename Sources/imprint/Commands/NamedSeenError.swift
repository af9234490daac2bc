import Imprinting

/// Why what a file holds does not go with the rest, and which file it is.
struct NamedSeenError: Error, CustomStringConvertible {
  let file: String
  let error: SeenError

  var description: String { "\(file): \(error)" }
}

extension SeenError {
  /// Does some work with what a file holds, and says which file it is where that is of another kind.
  ///
  /// - Throws: ``NamedSeenError``, and what `work` throws.
  static func naming<Result>(_ file: String, _ work: () throws -> Result) throws -> Result {
    do {
      return try work()
    } catch SeenError.otherSpace(let difference) {
      throw NamedSeenError(file: file, error: .otherSpace(difference))
    }
  }
}
