public import Heads
public import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  public import Foundation
#endif

/// A split of pictures into those to train on and those held back to test on.
public struct Split: Sendable {
  /// The training pictures, class by class.
  public let training: [LabelledPictures.Class]
  /// The pictures held back, class by class; a class without any is left out.
  public let heldBack: [LabelledPictures.Class]

  /// Splits pictures.
  ///
  /// The first ⌊ratio · n⌋ of a class's n pictures are held back, at least one, and never its last one; none where the ratio
  /// is 0. Of the others `shots` are drawn at random, the same ones for the same seed.
  ///
  /// - Parameters:
  ///   - pictures: The pictures.
  ///   - testRatio: The share to hold back, 0 ..< 1.
  ///   - shots: The most training pictures a class; by default all.
  ///   - seed: Decides which are drawn; it has no effect on those held back.
  /// - Throws: ``EvaluationError/badTestRatio(_:)``.
  public init(
    _ pictures: [LabelledPictures.Class], testRatio: Double, shots: Int? = nil, seed: UInt64 = 0
  ) throws(EvaluationError) {
    let counts = pictures.map(\.pictures.count)
    self.init(pictures, try SplitPlaces(counts: counts, testRatio: testRatio, shots: shots, seed: seed))
  }

  /// Draws training pictures of each class at random, and holds back all others.
  ///
  /// - Parameters:
  ///   - pictures: The pictures.
  ///   - shots: The number of training pictures a class, at least one; of a class with no more, none is held back.
  ///   - seed: Decides which are drawn.
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
