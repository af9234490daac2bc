import ModelSurgery
import LinearAlgebra
import TFLite

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What one episode takes: it learns, method by method and shots by shots, and asks about what was held back.
struct EpisodeWork: Sendable {
  /// An answer about one picture.
  struct Answer: Sendable, Hashable {
    /// The picture's place among those of its class.
    let picture: Int
    let label: Int
    let predicted: Int
    /// The probability of the class that was named.
    let confidence: Double
    /// The probability of the class that is right.
    let probability: Double
  }

  /// The answers of one method with one number of shots.
  struct Outcome: Sendable {
    let answers: [Answer]
    /// The accuracy that the pictures learnt from let expect, where the method says.
    let expected: Double?
  }

  let space: EmbeddingSpace
  let classes: [EmbeddedClass]
  let shots: [Shots]
  let methods: [any HeadMethod]

  /// Runs an episode: the outcomes of the first method for all shots, then those of the next.
  func run(_ draw: EpisodeDraw) throws -> [Outcome] {
    let lessons = try shots.map { try lesson(draw, shots: $0.limit) }
    let steps = zip(classes, draw.heldBack).map { known, places in
      places.map { place in
        space.steps(known.pictures[place].embeddings.slice(0..<space.byteCount) ?? Bytes())
      }
    }
    var features: [FeatureTransform: Matrix] = [:]
    var outcomes: [Outcome] = []
    for method in methods {
      for lesson in lessons {
        try Task.checkCancellation()
        let solved = try method.solve(lesson)
        let transform = solved.head.transform
        let rows =
          try features[transform] ?? Matrix(columns: space.dimension, elements: steps.flatMap { $0.flatMap(transform.features) })
        features[transform] = rows
        let estimate = solved.leaveOneOut.flatMap { $0.answers.isEmpty ? nil : $0.accuracy }
        outcomes.append(Outcome(answers: try ask(solved.head, about: rows, draw), expected: estimate))
      }
    }
    return outcomes
  }

  private func lesson(_ draw: EpisodeDraw, shots: Int) throws -> EmbeddingSet {
    var lesson = EmbeddingSet(space: space, budget: .max)
    for (known, places) in zip(classes, draw.training) {
      for place in places.prefix(shots) { try lesson.add(known.pictures[place], to: known.name) }
    }
    return lesson
  }

  /// The answers of a head about the features of all that was held back, class by class.
  private func ask(_ head: LinearHead, about features: Matrix, _ draw: EpisodeDraw) throws -> [Answer] {
    let weights = try Matrix(columns: head.dimension, elements: head.weights.map(Double.init))
    let products = try Matrix.product(features, weights, rightTransposed: true)
    var answers: [Answer] = []
    var row = 0
    for (label, places) in draw.heldBack.enumerated() {
      for place in places {
        let logits = (0..<head.classCount).map { known in
          (known * head.rowsPerClass..<(known + 1) * head.rowsPerClass).reduce(-Double.infinity) {
            max($0, products[row, $1] + Double(head.biases[$1]))
          }
        }
        answers.append(Self.answer(logits, picture: place, label: label))
        row += 1
      }
    }
    return answers
  }

  /// The lower class is named first among equals, as ``Ranking`` has it.
  private static func answer(_ logits: [Double], picture: Int, label: Int) -> Answer {
    let best = logits.indices.dropFirst().reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
    let greatest = logits.indices.contains(best) ? logits[best] : 0
    let sum = logits.reduce(0) { $0 + exp($1 - greatest) }
    let right = logits.indices.contains(label) ? exp(logits[label] - greatest) / sum : 0
    return Answer(picture: picture, label: label, predicted: best, confidence: 1 / sum, probability: right)
  }
}
