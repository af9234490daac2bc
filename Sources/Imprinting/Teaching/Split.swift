import Inference
import Heads
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
  /// - Throws: ``EvaluationError/badTestRatio(_:)``.
  public init(
    _ pictures: [LabelledPictures.Class], testRatio: Double, shots: Int? = nil, seed: UInt64 = 0
  ) throws(EvaluationError) {
    let counts = pictures.map(\.pictures.count)
    self.init(pictures, try SplitPlaces(counts: counts, testRatio: testRatio, shots: shots, seed: seed))
  }

  /// Draws some pictures of each class at random to learn from, and holds back all others.
  ///
  /// - Parameters:
  ///   - pictures: The pictures.
  ///   - shots: How many pictures a class to learn from, at least one; of a class with no more, nothing is held back.
  ///   - seed: Decides which.
  public init(_ pictures: [LabelledPictures.Class], drawing shots: Int, seed: UInt64 = 0) {
    self.init(pictures, SplitPlaces(counts: pictures.map(\.pictures.count), drawing: shots, seed: seed))
  }

  private init(_ pictures: [LabelledPictures.Class], _ places: SplitPlaces) {
    training = zip(pictures, places.training).map { known, places in
      .init(name: known.name, pictures: places.map { known.pictures[$0] })
    }
    heldBack = zip(pictures, places.heldBack).filter { !$1.isEmpty }.map { known, places in
      .init(name: known.name, pictures: places.map { known.pictures[$0] })
    }
  }
}
