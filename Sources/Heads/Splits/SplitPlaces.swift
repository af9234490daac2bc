/// Which pictures of each class are learnt from and which are held back, as places among the class's pictures.
///
/// Both are ascending, and the same for the same seed, whatever the pictures are.
package struct SplitPlaces: Sendable, Hashable {
  /// For each class the places of the pictures to learn from.
  package let training: [[Int]]
  /// For each class the places of those that are held back.
  package let heldBack: [[Int]]

  /// Holds back the first ⌊ratio · n⌋ of a class's n pictures, at least one, and never its last one; none where the
  /// ratio is 0. Of those that remain `shots` are drawn at random.
  ///
  /// - Parameters:
  ///   - counts: How many pictures each class has.
  ///   - testRatio: The share to hold back, 0 ..< 1.
  ///   - shots: How many pictures a class to learn from at most; by default all.
  ///   - seed: Decides which; it has no effect on what is held back.
  /// - Throws: ``EvaluationError/badTestRatio(_:)``.
  package init(
    counts: [Int], testRatio: Double, shots: Int? = nil, seed: UInt64 = 0
  ) throws(EvaluationError) {
    guard (0..<1).contains(testRatio) else { throw .badTestRatio(testRatio) }
    var generator = SplitMix64(seed: seed)
    var training: [[Int]] = []
    var heldBack: [[Int]] = []
    for count in counts {
      let share = Int(testRatio * Double(count))
      let held = testRatio == 0 ? 0 : max(0, min(max(share, 1), count - 1))
      heldBack.append(Array(0..<held))
      var rest = Array(held..<count)
      if let shots, shots < rest.count { rest = Self.draw(shots, of: rest, using: &generator) }
      training.append(rest)
    }
    self.training = training
    self.heldBack = heldBack
  }

  /// Draws some pictures of each class at random to learn from, and holds back all others.
  ///
  /// - Parameters:
  ///   - counts: How many pictures each class has.
  ///   - shots: How many pictures a class to learn from, at least one; of a class with no more, nothing is held back.
  ///   - seed: Decides which.
  package init(counts: [Int], drawing shots: Int, seed: UInt64 = 0) {
    var generator = SplitMix64(seed: seed)
    training = counts.map { Self.draw(shots, of: Array(0..<$0), using: &generator) }
    heldBack = zip(counts, training).map { count, drawn in
      let drawn = Set(drawn)
      return (0..<count).filter { !drawn.contains($0) }
    }
  }

  private static func draw(_ shots: Int, of places: [Int], using generator: inout SplitMix64) -> [Int] {
    places.shuffled(using: &generator).prefix(max(shots, 1)).sorted()
  }
}
