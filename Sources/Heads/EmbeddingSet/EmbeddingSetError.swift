/// Why what was seen cannot be added to, taken from, read or written.
public enum EmbeddingSetError: Error, Sendable, Hashable {
  /// Embeddings of another space.
  case otherSpace(SpaceDifference)
  /// An embedding whose bytes are not those of the space.
  case wrongSize(bytes: Int, expected: Int)
  /// An embedding that holds an infinite number or none (NaN).
  case notFinite(picture: String)
  /// A class that was never seen.
  case noClass(String, known: [String])
  /// A picture that was never seen in its class.
  case noPicture(String, label: String)
  /// A class under whose new name there is one already.
  case sameName(String)
  /// A name that a label file cannot hold.
  case badName(String)
  /// What needs the single embeddings, of which only sums are left.
  case pastBudget(String, bytes: Int)
  /// Embeddings of so many numbers that their sums, a square of them, would not fit into memory.
  case tooWide(dimension: Int, limit: Int)
  /// Taking away more than was seen.
  case neverAdded(String)
  /// Statistics beyond what their form can hold.
  case tooMany(String)
  /// A file that is no record of what was seen, or a damaged one.
  case badFile(path: String, reason: String)
  /// A file of a later version.
  case newerVersion(path: String, version: Int, known: Int)
}

extension EmbeddingSetError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .otherSpace(let difference) where difference.isOfArithmetic:
      """
      these embeddings are of another kind: \(difference); embed the pictures again with the other's --precision, or add \
      both up all the same with 'imprint merge --any-arithmetic'
      """
    case .otherSpace(let difference):
      "these embeddings are of another kind: \(difference); embed the pictures again in the same way"
    case .wrongSize(let bytes, let expected): "the embeddings have \(bytes) bytes, where \(expected) belong"
    case .notFinite(let picture): "the embedding of \(picture) holds a number that is infinite or none (NaN)"
    case .noClass(let name, let known):
      "no class \"\(name)\" was seen\(known.isEmpty ? "" : "; there are " + known.prefix(20).joined(separator: ", "))"
    case .noPicture(let picture, let label): "no picture \(picture) was seen in the class \"\(label)\""
    case .sameName(let name): "there is a class \"\(name)\" already"
    case .badName(let name):
      """
      "\(name.split(whereSeparator: \.isNewline).joined(separator: "⏎"))" is no name for a class: it must be one line, \
      with something on it and no space at its ends
      """
    case .pastBudget(let what, let bytes):
      """
      \(what) takes the single embeddings, and only their sums are kept beyond \(bytes / 1_000_000) MB: \
      embed the pictures again with a larger --budget
      """
    case .tooWide(let dimension, let limit):
      """
      embeddings of \(dimension) numbers are too wide to keep sums of, which is done up to \(limit): keep the embeddings \
      themselves, with a larger --budget
      """
    case .neverAdded(let what): "\(what) cannot be taken away: it was never added"
    case .tooMany(let what): "there are too many \(what)"
    case .badFile(let path, let reason):
      "\(path) cannot be used: \(reason); take a sound copy, or embed the pictures again and move it away"
    case .newerVersion(let path, let version, let known):
      "\(path) is of version \(version), and this program knows \(known): take a newer one"
    }
  }
}
