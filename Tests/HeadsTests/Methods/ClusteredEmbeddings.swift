import ModelSurgery
import TFLite

@testable import Heads

/// Made-up embeddings: each class has one or more centres, and its pictures lie around them.
struct ClusteredEmbeddings {
  var dimension = 16
  var views = Augmentation.off
  var budget = EmbeddingSet.defaultBudget
  /// How far a picture is from its centre, in steps of 255.
  var spread = 40
  var seed: UInt64 = 1

  var space: EmbeddingSpace {
    EmbeddingSpace(
      extractor: "made up", resize: "crop", augmentation: views, arithmetic: .exact, dimension: dimension,
      element: .uint8,
      zeroPoint: 0, isNonNegative: true)
  }

  /// Returns a set with the given number of pictures of each class, around the given number of centres.
  func set(_ counts: [Int], centres: Int = 1) throws -> EmbeddingSet {
    try setAndQueries(counts, centres: centres, queries: 0).set
  }

  /// Returns the same set, and further pictures of each class as queries.
  func setAndQueries(
    _ counts: [Int], centres: Int = 1, queries: Int
  ) throws -> (set: EmbeddingSet, queries: [(steps: [Float], label: Int)]) {
    var generator = SplitMix64(seed: seed)
    var set = EmbeddingSet(space: space, budget: budget)
    var further: [(steps: [Float], label: Int)] = []
    for (label, count) in counts.enumerated() {
      let points = (0..<centres).map { _ in
        (0..<dimension).map { _ in Int.random(in: 0...200, using: &generator) }
      }
      for index in 0..<count + queries {
        let point = points[index % centres]
        let bytes = (0..<views.count * dimension).map { place in
          UInt8(clamping: point[place % dimension] + Int.random(in: -spread...spread, using: &generator))
        }
        if index < count {
          try set.add(EmbeddedPicture(name: "\(label)-\(index)", embeddings: Bytes(bytes)), to: "class \(label)")
        } else {
          further.append((space.steps(Bytes(bytes.prefix(dimension).map { $0 })), label))
        }
      }
    }
    return (set, further)
  }

  /// Returns a set of the given embeddings, one list for each class.
  func set(embeddings: [[[UInt8]]]) throws -> EmbeddingSet {
    var set = EmbeddingSet(space: space, budget: budget)
    for (label, pictures) in embeddings.enumerated() {
      for (index, bytes) in pictures.enumerated() {
        try set.add(EmbeddedPicture(name: "\(label)-\(index)", embeddings: Bytes(bytes)), to: "class \(label)")
      }
    }
    return set
  }
}

extension LinearHead {
  /// Returns the share of queries whose class has the greatest logit.
  func accuracy(_ queries: [(steps: [Float], label: Int)]) -> Double {
    let right = queries.count { steps, label in
      let logits = logits(of: steps)
      return logits.indices.max { logits[$0] < logits[$1] } == label
    }
    return Double(right) / Double(max(1, queries.count))
  }
}
