public import ModelSurgery

/// A head with what the pictures that it was solved from tell about it.
public struct SolvedHead: Sendable {
  /// The head.
  public let head: LinearHead
  /// The classes' names, in the order of the head's.
  public let classes: [String]
  /// How the head does on each picture when that one is left out, or nil where the method or the data do not say: where
  /// only sums are kept, or no class has two pictures.
  public let leaveOneOut: LeaveOneOut?
  /// How far a picture is from all that was taught, or nil where the method does not say.
  public let novelty: NoveltyScore?

  /// A head with what is known about it.
  public init(head: LinearHead, classes: [String], leaveOneOut: LeaveOneOut? = nil, novelty: NoveltyScore? = nil) {
    self.head = head
    self.classes = classes
    self.leaveOneOut = leaveOneOut
    self.novelty = novelty
  }
}
