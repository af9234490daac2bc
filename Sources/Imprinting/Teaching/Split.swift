public import Heads
public import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  public import Foundation
#endif

/// A split of pictures into training pictures and held-back pictures for testing.
public struct Split: Sendable {
  /// The training pictures, class by class.
  public let training: [LabelledPictures.Class]
  /// The held-back pictures, class by class; classes without held-back pictures are left out.
  public let heldBack: [LabelledPictures.Class]

  /// Splits pictures.
  ///
  /// The first ⌊ratio · n⌋ of a class's n pictures are held back: at least one and at most n − 1, or none where the ratio is
  /// 0. From the others, `shots` training pictures are drawn at random, the same ones for the same seed.
  ///
  /// - Parameters:
  ///   - pictures: The pictures.
  ///   - testRatio: The share to hold back, 0 ..< 1.
  ///   - shots: The greatest number of training pictures per class; by default all.
  ///   - seed: The seed of the draw. It has no effect on which pictures are held back.
  /// - Throws: `EvaluationError/badTestRatio(_:)`.
  public init(
    _ pictures: [LabelledPictures.Class], testRatio: Double, shots: Int? = nil, seed: UInt64 = 0
  ) throws(EvaluationError) {
    let counts = pictures.map(\.pictures.count)
    self.init(pictures, try SplitPlaces(counts: counts, testRatio: testRatio, shots: shots, seed: seed))
  }

  /// Draws training pictures of each class at random, and holds back all other pictures.
  ///
  /// - Parameters:
  ///   - pictures: The pictures.
  ///   - shots: The number of training pictures per class, at least one. A class with no more pictures than that has none
  ///     held back.
  ///   - seed: The seed of the draw.
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
