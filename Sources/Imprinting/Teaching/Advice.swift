public import Heads
import ModelSurgery

/// What would make a classifier better, in a sentence for the person who teaches it.
public struct Advice: Sendable, Hashable {
  /// The kinds of advice.
  public enum Kind: String, Sendable, Codable {
    /// There are fewer than two classes.
    case moreClasses
    /// A class has too few pictures to say anything.
    case fewPictures
    /// A class is taken for another.
    case moreOf
    /// A class has many more pictures than another.
    case imbalance
    /// Pictures look mislabelled.
    case mislabelled
    /// There is no class for everything else.
    case none
    /// More pictures will hardly help.
    case enough
  }

  /// The kind.
  public let kind: Kind
  /// The class that it is about.
  public let label: String?
  /// Another class that it is about.
  public let other: String?
  /// The sentence.
  public let message: String

  /// Returns advice, the most useful first.
  ///
  /// - Parameters:
  ///   - classes: The names of the classes, with their numbers of pictures.
  ///   - leaveOneOut: The cross-validation, where there is one.
  ///   - suspects: The number of pictures to look at again; by default those that look mislabelled.
  public static func all(
    of classes: [(name: String, count: Int)], leaveOneOut: LeaveOneOut?, suspects: Int? = nil
  ) -> [Advice] {
    guard classes.count > 1 else {
      return [Advice(kind: .moreClasses, label: nil, other: nil, message: "Teach a second class to compare with.")]
    }
    var all: [Advice] = []
    for known in classes where known.count < leastPictures {
      let count = known.count == 1 ? "one picture" : "\(known.count) pictures"
      all.append(
        Advice(
          kind: .fewPictures, label: known.name, other: nil,
          message: "Show me more of \(known.name): \(count) \(known.count == 1 ? "is" : "are") too few to judge it."))
    }
    if let leaveOneOut {
      let suspects = suspects ?? leaveOneOut.mislabelled.count
      if suspects > 0 {
        all.append(
          Advice(
            kind: .mislabelled, label: nil, other: nil,
            message: suspects == 1
              ? "Look at a picture that seems to be in the wrong class."
              : "Look at \(suspects) pictures that seem to be in the wrong class."))
      }
      let recalls = Dictionary(
        leaveOneOut.classRecalls.map { ($0.label, $0) }, uniquingKeysWith: { first, _ in first })
      for confusion in leaveOneOut.confusions.prefix(mostConfusions) {
        guard let recall = recalls[confusion.label], recall.recall < goodRecall,
          !all.contains(where: { $0.label == confusion.label })
        else { continue }
        all.append(
          Advice(
            kind: .moreOf, label: confusion.label, other: confusion.takenFor,
            message: "Show me more of \(confusion.label): it is taken for \(confusion.takenFor)."))
      }
    }
    if let most = classes.max(by: { $0.count < $1.count }), let least = classes.min(by: { $0.count < $1.count }),
      least.count >= leastPictures, most.count > mostImbalance * least.count
    {
      all.append(
        Advice(
          kind: .imbalance, label: least.name, other: most.name,
          message:
            "\(most.name) has \(most.count) pictures and \(least.name) only \(least.count): add to \(least.name)."))
    }
    if !classes.contains(where: { Labels.meansNone($0.name) }) {
      all.append(
        Advice(
          kind: .none, label: nil, other: nil,
          message: "Teach a class 'none' with the background, so that everything else has a place."))
    }
    if let leaveOneOut, all.allSatisfy({ $0.kind == .none }), leaveOneOut.interval.lowerBound > goodRecall {
      all.insert(
        Advice(kind: .enough, label: nil, other: nil, message: "This looks good: more pictures will change little."),
        at: 0)
    }
    return all
  }

  private static let leastPictures = 5
  private static let mostConfusions = 8
  private static let mostImbalance = 8
  private static let goodRecall = 0.9
}
