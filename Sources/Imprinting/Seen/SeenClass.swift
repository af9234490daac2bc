/// One class of what was seen.
public struct SeenClass: Sendable, Hashable {
  /// The class's name.
  public internal(set) var name: String
  /// How many pictures were seen of it.
  public internal(set) var count: Int
  /// Its pictures, in the order in which they were added; none where only sums are kept.
  public internal(set) var pictures: [SeenPicture]
  /// Σ over the pictures and all their views of the embedding's steps (stored number − zero point): exact for quantised
  /// networks, up to 2⁵³ steps.
  public internal(set) var steps: [Double]
}
