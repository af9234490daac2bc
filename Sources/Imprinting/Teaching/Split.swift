import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Pictures parted into those to learn from and those held back to be asked about.
public struct Split: Sendable {
  /// The pictures to learn from, class by class.
  public let training: [LabelledPictures.Class]
  /// The pictures held back, class by class; a class without any is left out.
  public let heldBack: [LabelledPictures.Class]

  /// Parts pictures.
  ///
  /// Held back are the first ⌊ratio · n⌋ of a class's n pictures, at least one, and never its last one; none where the
  /// ratio is 0. Of those that remain `shots` are drawn at random, the same ones for the same seed.
  ///
  /// - Parameters:
  ///   - pictures: The pictures.
  ///   - testRatio: The share to hold back, 0 ..< 1.
  ///   - shots: How many pictures a class to learn from at most; by default all.
  ///   - seed: Decides which; it has no effect on what is held back.
  /// - Throws: ``ImprintingError/badTestRatio(_:)``.
  public init(
    _ pictures: [LabelledPictures.Class], testRatio: Double, shots: Int? = nil, seed: UInt64 = 0
  ) throws(ImprintingError) {
    guard (0..<1).contains(testRatio) else { throw .badTestRatio(testRatio) }
    var generator = SplitMix64(seed: seed)
    var training: [LabelledPictures.Class] = []
    var heldBack: [LabelledPictures.Class] = []
    for known in pictures {
      let count = known.pictures.count
      let share = Int(testRatio * Double(count))
      let held = testRatio == 0 ? 0 : max(0, min(max(share, 1), count - 1))
      var rest = Array(known.pictures.dropFirst(held))
      if let shots, shots < rest.count {
        let chosen = Set(rest.indices.shuffled(using: &generator).prefix(max(shots, 1)))
        rest = rest.indices.filter(chosen.contains).map { rest[$0] }
      }
      training.append(.init(name: known.name, pictures: rest))
      if held > 0 { heldBack.append(.init(name: known.name, pictures: Array(known.pictures.prefix(held)))) }
    }
    self.training = training
    self.heldBack = heldBack
  }

  /// Draws some pictures of each class at random to learn from, and holds back all others.
  ///
  /// - Parameters:
  ///   - pictures: The pictures.
  ///   - shots: How many pictures a class to learn from, at least one; of a class with no more, nothing is held back.
  ///   - seed: Decides which.
  public init(_ pictures: [LabelledPictures.Class], drawing shots: Int, seed: UInt64 = 0) {
    var generator = SplitMix64(seed: seed)
    var training: [LabelledPictures.Class] = []
    var heldBack: [LabelledPictures.Class] = []
    for known in pictures {
      let places = known.pictures.indices
      let chosen = Set(places.shuffled(using: &generator).prefix(max(shots, 1)))
      training.append(.init(name: known.name, pictures: places.filter(chosen.contains).map { known.pictures[$0] }))
      let rest = places.filter { !chosen.contains($0) }.map { known.pictures[$0] }
      if !rest.isEmpty { heldBack.append(.init(name: known.name, pictures: rest)) }
    }
    self.training = training
    self.heldBack = heldBack
  }
}
