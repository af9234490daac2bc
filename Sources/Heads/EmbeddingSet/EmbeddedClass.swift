/// One class of what was seen.
public struct EmbeddedClass: Sendable, Hashable {
  /// The class's name.
  public internal(set) var name: String
  /// How many pictures were seen of it.
  public internal(set) var count = 0
  /// Its pictures, in the order in which they were added; none where only sums are kept.
  public internal(set) var pictures: [EmbeddedPicture] = []
  /// Σ over the pictures and all their views of the embedding's steps (stored number − zero point): exact for quantised
  /// networks, up to 2⁵³ steps.
  public internal(set) var steps: [Double]

  // The pictures' names, to find one without a look at all.
  var names: Set<String> = []

  init(name: String, count: Int = 0, steps: [Double]) {
    self.name = name
    self.count = count
    self.steps = steps
  }
}
