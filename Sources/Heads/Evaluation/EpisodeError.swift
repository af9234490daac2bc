/// Why episodes cannot be run.
public enum EpisodeError: Error, Sendable, Hashable {
  /// No episode, or none that could ever end.
  case badCount(Int)
  /// Nothing to learn from, or fewer than one picture a class.
  case badShots
  /// A share to hold back that leaves nothing to ask about, or nothing to learn from.
  case badTestRatio(Double)
  /// No method to compare.
  case noMethods
  /// Only sums are kept of what was seen.
  case noEmbeddings
  /// Fewer than two classes with two or more pictures.
  case tooFewClasses(usable: Int, singles: [String])
}

extension EpisodeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badCount(let count): "\(count) episodes cannot be run: take 1 to \(Episodes.mostEpisodes)"
    case .badShots: "no number of shots was given: take positive numbers, or all"
    case .badTestRatio(let ratio):
      "the share of pictures to hold back is \(ratio); episodes take more than 0 and less than 1"
    case .noMethods: "no method was named to run the episodes with"
    case .noEmbeddings:
      """
      episodes take the single embeddings, and only their sums were kept: embed the pictures again with a larger budget
      """
    case .tooFewClasses(let usable, let singles):
      """
      \(usable == 0 ? "no class has" : "only one class has") two or more pictures, one to learn from and one to be \
      asked about: episodes take two such classes\
      \(singles.isEmpty ? "" : "; one picture each: " + singles.prefix(20).joined(separator: ", "))
      """
    }
  }
}
