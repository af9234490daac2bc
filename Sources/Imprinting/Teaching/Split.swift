public import Heads
public import Pictures

#if canImport(FoundationEssentials)
  public import FoundationEssentials
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

  /// Splits pictures at random.
  ///
  /// About ⌊ratio · n⌋ of a class's n pictures are held back: at least one and at most n − 1, or none where the ratio is 0. A
  /// group is never cut, so a class may have a few more or less. From the others, `shots` training pictures are drawn.
  ///
  /// - Parameters:
  ///   - pictures: The pictures.
  ///   - testRatio: The share to hold back, 0 ..< 1.
  ///   - groups: The groups, which count the pictures class by class.
  ///   - shots: The greatest number of training pictures per class; by default all.
  ///   - seed: The seed of the draws.
  /// - Throws: `EvaluationError/badTestRatio(_:)`.
  public init(
    _ pictures: [LabelledPictures.Class], drawing testRatio: Double, groups: PictureGroups = .none, shots: Int? = nil,
    seed: UInt64 = 0
  ) throws(EvaluationError) {
    let counts = pictures.map(\.pictures.count)
    self.init(
      pictures, try SplitPlaces(counts: counts, drawing: testRatio, groups: groups, shots: shots, seed: seed))
  }

  /// Splits pictures as their parts say; pictures without a part are for training.
  ///
  /// - Parameters:
  ///   - pictures: The pictures.
  ///   - parts: The parts, as `LabelledPictures/parts` has them.
  ///   - shots: The greatest number of training pictures per class; by default all.
  ///   - seed: The seed of the draw of training pictures.
  public init(
    _ pictures: [LabelledPictures.Class], parts: [URL: SplitPart], shots: Int? = nil, seed: UInt64 = 0
  ) {
    let training = pictures.map { known in
      LabelledPictures.Class(name: known.name, pictures: known.pictures.filter { parts[$0] != .heldBack })
    }
    let counts = training.map(\.pictures.count)
    let drawn = shots.map { SplitPlaces(counts: counts, drawing: $0, seed: seed).training }
    self.training = training.enumerated().map { place, known in
      .init(name: known.name, pictures: drawn.map { $0[place].map { known.pictures[$0] } } ?? known.pictures)
    }.filter { !$0.pictures.isEmpty }
    heldBack = pictures.compactMap { known in
      let held = known.pictures.filter { parts[$0] == .heldBack }
      return held.isEmpty ? nil : .init(name: known.name, pictures: held)
    }
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

  /// Adds other pictures to those that are held back.
  public init(
    training: [LabelledPictures.Class], heldBack: [LabelledPictures.Class], adding others: [LabelledPictures.Class]
  ) {
    self.training = training
    let known = Set(heldBack.map(\.name))
    self.heldBack =
      heldBack.map { held in
        let more = others.first { $0.name == held.name }?.pictures ?? []
        return LabelledPictures.Class(name: held.name, pictures: held.pictures + more)
      } + others.filter { !known.contains($0.name) }
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
