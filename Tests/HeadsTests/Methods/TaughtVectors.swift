import ModelSurgery
import TFLite

@testable import Heads

/// Made-up embeddings: each class has one or more centres, and its pictures lie around them.
struct TaughtVectors {
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

  /// What is seen of classes given by their numbers of pictures, with so many centres each.
  func seen(_ counts: [Int], centres: Int = 1) throws -> EmbeddingSet {
    try seenAndAsked(counts, centres: centres, asked: 0).seen
  }

  /// The same, and so many more pictures a class to ask about.
  func seenAndAsked(
    _ counts: [Int], centres: Int = 1, asked: Int
  ) throws -> (seen: EmbeddingSet, asked: [(steps: [Float], label: Int)]) {
    var generator = SplitMix64(seed: seed)
    var seen = EmbeddingSet(space: space, budget: budget)
    var questions: [(steps: [Float], label: Int)] = []
    for (label, count) in counts.enumerated() {
      let middles = (0..<centres).map { _ in
        (0..<dimension).map { _ in Int.random(in: 0...200, using: &generator) }
      }
      for index in 0..<count + asked {
        let middle = middles[index % centres]
        let bytes = (0..<views.count * dimension).map { place in
          UInt8(clamping: middle[place % dimension] + Int.random(in: -spread...spread, using: &generator))
        }
        if index < count {
          try seen.add(EmbeddedPicture(name: "\(label)-\(index)", embeddings: Bytes(bytes)), to: "class \(label)")
        } else {
          questions.append((space.steps(Bytes(bytes.prefix(dimension).map { $0 })), label))
        }
      }
    }
    return (seen, questions)
  }

  /// What is seen of given embeddings, a list a class.
  func seen(embeddings: [[[UInt8]]]) throws -> EmbeddingSet {
    var seen = EmbeddingSet(space: space, budget: budget)
    for (label, pictures) in embeddings.enumerated() {
      for (index, bytes) in pictures.enumerated() {
        try seen.add(EmbeddedPicture(name: "\(label)-\(index)", embeddings: Bytes(bytes)), to: "class \(label)")
      }
    }
    return seen
  }
}

extension LinearHead {
  /// The share of pictures whose class has the greatest logit.
  func accuracy(_ asked: [(steps: [Float], label: Int)]) -> Double {
    let right = asked.count { steps, label in
      let logits = logits(of: steps)
      return logits.indices.max { logits[$0] < logits[$1] } == label
    }
    return Double(right) / Double(max(1, asked.count))
  }
}
