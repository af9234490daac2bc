import Foundation
import TFLite
import TestMaterial

@testable import Heads

/// What was seen of made-up classes: embeddings around a point of each class.
enum MadeUpPictures {
  static func space(_ dimension: Int, views: Augmentation = .off, isNonNegative: Bool = true) -> EmbeddingSpace {
    EmbeddingSpace(
      extractor: "made up", resize: "crop", augmentation: views, arithmetic: .exact, dimension: dimension,
      element: .float32,
      zeroPoint: 0, isNonNegative: isNonNegative)
  }

  static func picture(_ name: String, _ views: [[Float]]) -> EmbeddedPicture {
    EmbeddedPicture(name: name, embeddings: Bytes(views.flatMap { $0 }.withUnsafeBytes { Array($0) }))
  }

  /// - Parameters:
  ///   - counts: How many pictures each class has.
  ///   - noise: How far pictures are from their class's point, which is from 0 to 1 in each direction.
  static func seen(
    _ counts: [Int], dimension: Int, views: Augmentation = .off, noise: Float = 1, isNonNegative: Bool = true,
    budget: Int = EmbeddingSet.defaultBudget, seed: Int = 1
  ) throws -> EmbeddingSet {
    var generator = SeededGenerator(seed: seed)
    var seen = EmbeddingSet(space: space(dimension, views: views, isNonNegative: isNonNegative), budget: budget)
    let low: Float = isNonNegative ? 0 : -1
    for (place, count) in counts.enumerated() {
      let point = (0..<dimension).map { _ in Float.random(in: low...1, using: &generator) }
      for index in 0..<count {
        let own = point.map { $0 + noise * Float.random(in: -0.5...0.5, using: &generator) }
        let looks = (0..<views.count).map { _ in
          own.map { max(low, $0 + noise * Float.random(in: -0.2...0.2, using: &generator)) }
        }
        try seen.add(picture("\(place)/\(index)", looks), to: "class \(place)")
      }
    }
    return seen
  }
}
