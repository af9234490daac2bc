/// A split of each class's pictures into training pictures and held-back pictures, as indices among the class's pictures.
///
/// Both lists are ascending. They depend only on the numbers of pictures and on the seed.
package struct SplitPlaces: Sendable, Hashable {
  /// For each class the indices of the training pictures.
  package let training: [[Int]]
  /// For each class the indices of the held-back pictures.
  package let heldBack: [[Int]]

  /// Holds back the first ⌊ratio · n⌋ of a class's n pictures, and draws `shots` training pictures at random from the
  /// others. At least one and at most n − 1 pictures are held back, or none where the ratio is 0.
  ///
  /// - Parameters:
  ///   - counts: The number of pictures of each class.
  ///   - testRatio: The share to hold back, 0 ..< 1.
  ///   - shots: The greatest number of training pictures per class; by default all.
  ///   - seed: The seed of the draw. It has no effect on which pictures are held back.
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

  /// Holds back about ⌊ratio · n⌋ of a class's n pictures, drawn at random without cutting a group, and draws `shots` training
  /// pictures at random from the others.
  ///
  /// - Parameters:
  ///   - counts: The number of pictures of each class.
  ///   - testRatio: The share to hold back, 0 ..< 1.
  ///   - groups: The groups, which count the pictures class by class.
  ///   - shots: The greatest number of training pictures per class; by default all.
  ///   - seed: The seed of both draws.
  /// - Throws: ``EvaluationError/badTestRatio(_:)``.
  package init(
    counts: [Int], drawing testRatio: Double, groups: PictureGroups, shots: Int? = nil, seed: UInt64 = 0
  ) throws(EvaluationError) {
    guard (0..<1).contains(testRatio) else { throw .badTestRatio(testRatio) }
    let held =
      testRatio == 0 ? [] : GroupedSplit(counts: counts, groups: groups, seed: seed).heldBack(ratio: testRatio)
    var generator = SplitMix64(seed: seed)
    var training: [[Int]] = []
    var heldBack: [[Int]] = []
    var start = 0
    for count in counts {
      heldBack.append((0..<count).filter { held.contains(start + $0) })
      var rest = (0..<count).filter { !held.contains(start + $0) }
      if let shots, shots < rest.count { rest = Self.draw(shots, of: rest, using: &generator) }
      training.append(rest)
      start += count
    }
    self.training = training
    self.heldBack = heldBack
  }

  /// Draws training pictures of each class at random and holds back all other pictures.
  ///
  /// - Parameters:
  ///   - counts: The number of pictures of each class.
  ///   - shots: The number of training pictures per class, at least one. A class with no more pictures than that has none
  ///     held back.
  ///   - seed: The seed of the draw.
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

/// A random number generator that gives the same numbers for the same seed on every platform.
///
/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014).
package struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
