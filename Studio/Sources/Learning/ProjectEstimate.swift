public import Heads
public import Imprinting

/// How good a project's classifier is, by leave-one-out, and what would make it better.
public struct ProjectEstimate: Sendable {
  /// The state of the project that it is of.
  public let revision: Int
  /// The cross-validation; nil with fewer than two classes, or where no class has two pictures.
  public let leaveOneOut: LeaveOneOut?
  /// The accuracy that the cross-validation found; nil where there is none.
  public let accuracy: Double?
  /// The 95 % interval of the accuracy.
  public let interval: ClosedRange<Double>?
  /// The recall of each class, by its name.
  public let recalls: [String: Double]
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
    // Windows ask for these with each change, and finding them looks at all pictures.
    accuracy = tried?.accuracy
    interval = tried?.interval
    recalls = Dictionary(
      (tried?.classRecalls ?? []).map { ($0.label, $0.recall) }, uniquingKeysWith: { first, _ in first })
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
