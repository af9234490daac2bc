public import Heads
public import Imprinting

/// How good a project's classifier is, by leave-one-out, and what would make it better.
public struct ProjectEstimate: Sendable {
  /// The state of the project that it is of.
  public let revision: Int
  /// The cross-validation; nil with fewer than two classes, or where no class has two pictures.
  public let leaveOneOut: LeaveOneOut?
  /// The share of pictures of the taught classes that are called unknown; nil where none is.
  public let unknownShare: Double?
  /// What to do next.
  public let advice: [Advice]
  /// The pictures that look mislabelled, worst first, by their number.
  public let suspects: [Suspect]

  /// A picture that looks mislabelled.
  public struct Suspect: Sendable, Hashable {
    /// The picture.
    public let picture: Int64
    /// The name of its likely class.
    public let looksLike: String
    /// The probability of that class.
    public let probability: Double
  }

  init(_ review: LiveTeacher.Review?, of embeddings: EmbeddingSet, confirmed: Set<Int64>, revision: Int) {
    self.revision = revision
    leaveOneOut = review?.leaveOneOut
    unknownShare = review?.unknownRule?.rate
    let tried = review?.leaveOneOut
    let certain = Dictionary(
      (tried?.predictions ?? []).map { ($0.picture, $0.probabilities.max() ?? 0) },
      uniquingKeysWith: { one, _ in one })
    suspects = (tried?.mislabelled ?? []).compactMap { suspect in
      guard let id = Int64(suspect.picture), !confirmed.contains(id) else { return nil }
      return Suspect(picture: id, looksLike: suspect.looksLike, probability: certain[suspect.picture] ?? 0)
    }
    advice = Advice.all(
      of: embeddings.classes.map { ($0.name, $0.count) }, leaveOneOut: tried, suspects: suspects.count)
  }
}
