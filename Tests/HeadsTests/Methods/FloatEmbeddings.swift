import Foundation
import TFLite
import TestMaterial

@testable import Heads

/// Made-up float embeddings: those of each class lie around one point.
enum FloatEmbeddings {
  static func space(_ dimension: Int, views: Augmentation = .off, isNonNegative: Bool = true) -> EmbeddingSpace {
    EmbeddingSpace(
      extractor: "made up", resize: "crop", augmentation: views, arithmetic: .exact, dimension: dimension,
      element: .float32,
      zeroPoint: 0, isNonNegative: isNonNegative)
  }

  static func picture(_ name: String, _ views: [[Float]]) -> EmbeddedPicture {
    EmbeddedPicture(name: name, embeddings: Bytes(views.flatMap { $0 }.withUnsafeBytes { Array($0) }))
  }

  /// Returns a set of classes, whose points have coordinates from 0 to 1, or from -1 if they may be negative.
  ///
  /// - Parameters:
  ///   - counts: The number of pictures of each class.
  ///   - noise: How far pictures may be from the point of their class.
  static func set(
    _ counts: [Int], dimension: Int, views: Augmentation = .off, noise: Float = 1, isNonNegative: Bool = true,
    budget: Int = EmbeddingSet.defaultBudget, seed: Int = 1
  ) throws -> EmbeddingSet {
    var generator = SeededGenerator(seed: seed)
    var set = EmbeddingSet(space: space(dimension, views: views, isNonNegative: isNonNegative), budget: budget)
    let low: Float = isNonNegative ? 0 : -1
    for (place, count) in counts.enumerated() {
      let point = (0..<dimension).map { _ in Float.random(in: low...1, using: &generator) }
      for index in 0..<count {
        let base = point.map { $0 + noise * Float.random(in: -0.5...0.5, using: &generator) }
        let augmented = (0..<views.count).map { _ in
          base.map { max(low, $0 + noise * Float.random(in: -0.2...0.2, using: &generator)) }
        }
        try set.add(picture("\(place)/\(index)", augmented), to: "class \(place)")
      }
    }
    return set
  }
}
