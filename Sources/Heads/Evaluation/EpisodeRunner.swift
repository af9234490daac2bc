import LinearAlgebra
import ModelSurgery
import TFLite

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Runs an episode: trains each method with each number of shots and classifies the held-back pictures.
struct EpisodeRunner: Sendable {
  /// The prediction for one picture.
  struct Prediction: Sendable, Hashable {
    /// The picture's index in its class.
    let picture: Int
    let label: Int
    let predicted: Int
    /// The probability of the predicted class.
    let confidence: Double
    /// The probability of the true class.
    let probability: Double
  }

  /// The predictions of one method with one number of shots.
  struct Outcome: Sendable {
    let predictions: [Prediction]
    /// The leave-one-out accuracy on the training pictures, or nil where the method does not compute it.
    let leaveOneOut: Double?
  }

  let space: EmbeddingSpace
  let classes: [EmbeddedClass]
  let shots: [Shots]
  let methods: [any HeadMethod]

  /// Runs an episode and returns the outcomes of the first method for all numbers of shots, then those of the next method.
  func run(_ split: EpisodeSplit) throws -> [Outcome] {
    let trainingSets = try shots.map { try trainingSet(split, shots: $0.limit) }
    let steps = zip(classes, split.heldBack).map { known, places in
      places.map { place in
        space.steps(known.pictures[place].embeddings.slice(0..<space.byteCount) ?? Bytes())
      }
    }
    var features: [FeatureTransform: Matrix] = [:]
    var outcomes: [Outcome] = []
    for method in methods {
      for trainingSet in trainingSets {
        try Task.checkCancellation()
        let solved = try method.solve(trainingSet)
        let transform = solved.head.transform
        let rows =
          try features[transform]
          ?? Matrix(columns: space.dimension, elements: steps.flatMap { $0.flatMap(transform.features) })
        features[transform] = rows
        let estimate = solved.leaveOneOut.flatMap { $0.predictions.isEmpty ? nil : $0.accuracy }
        outcomes.append(Outcome(predictions: try classify(rows, by: solved.head, split), leaveOneOut: estimate))
      }
    }
    return outcomes
  }

  private func trainingSet(_ split: EpisodeSplit, shots: Int) throws -> EmbeddingSet {
    var set = EmbeddingSet(space: space, budget: .max)
    for (known, places) in zip(classes, split.training) {
      for place in places.prefix(shots) { try set.add(known.pictures[place], to: known.name) }
    }
    return set
  }

  /// Returns the predictions of a head for the features of the held-back pictures, class by class.
  private func classify(_ features: Matrix, by head: LinearHead, _ split: EpisodeSplit) throws -> [Prediction] {
    let weights = try Matrix(columns: head.dimension, elements: head.weights.map(Double.init))
    let products = try Matrix.product(features, weights, rightTransposed: true)
    var predictions: [Prediction] = []
    var row = 0
    for (label, places) in split.heldBack.enumerated() {
      for place in places {
        let logits = (0..<head.classCount).map { known in
          (known * head.rowsPerClass..<(known + 1) * head.rowsPerClass).reduce(-Double.infinity) {
            max($0, products[row, $1] + Double(head.biases[$1]))
          }
        }
        predictions.append(Self.prediction(logits, picture: place, label: label))
        row += 1
      }
    }
    return predictions
  }

  /// Returns the class with the greatest logit; among equal logits the lower id, as in ``Ranking``.
  private static func prediction(_ logits: [Double], picture: Int, label: Int) -> Prediction {
    let best = logits.indices.dropFirst().reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
    let greatest = logits.indices.contains(best) ? logits[best] : 0
    let sum = logits.reduce(0) { $0 + exp($1 - greatest) }
    let probability = logits.indices.contains(label) ? exp(logits[label] - greatest) / sum : 0
    return Prediction(picture: picture, label: label, predicted: best, confidence: 1 / sum, probability: probability)
  }
}

/// The split of an episode into training pictures and held-back pictures. The seed and the number of the episode determine
/// it; all methods and numbers of shots use the same split.
///
/// Fewer shots are a prefix of more: the picture of one shot is also the first of two. As the held-back pictures are the same
/// too, the rows of an episode are comparable picture by picture.
struct EpisodeSplit: Sendable, Hashable {
  /// For each class the indices of the training pictures, in the order in which shots take them.
  let training: [[Int]]
  /// For each class the indices of the held-back pictures, ascending.
  let heldBack: [[Int]]

  /// Draws the split.
  ///
  /// - Parameters:
  ///   - counts: The number of pictures of each class, two or more.
  ///   - ratio: The share to hold back. At least one picture is held back, and at least one remains for training.
  ///   - choice: The choice of the pictures to hold back.
  ///   - seed: The seed of all splits.
  ///   - number: The number of the episode, from 0.
  init(counts: [Int], ratio: Double, choice: Episodes.HeldBack, seed: UInt64, number: Int) {
    // The generator starts from a random state, so that two episodes of a seed are not shifted copies of each other.
    var numbers = SplitMix64(seed: seed ^ 0x6570_6973_6F64_6573)
    let base = numbers.next()
    var mixed = SplitMix64(seed: base ^ UInt64(truncatingIfNeeded: number))
    var generator = SplitMix64(seed: mixed.next())
    var training: [[Int]] = []
    var heldBack: [[Int]] = []
    for count in counts {
      let held = max(1, min(Int(ratio * Double(count)), count - 1))
      switch choice {
      case .random:
        let order = (0..<count).shuffled(using: &generator)
        heldBack.append(order.prefix(held).sorted())
        training.append(Array(order.dropFirst(held)))
      case .first:
        heldBack.append(Array(0..<min(held, count)))
        training.append((min(held, count)..<count).shuffled(using: &generator))
      }
    }
    self.training = training
    self.heldBack = heldBack
  }
}
