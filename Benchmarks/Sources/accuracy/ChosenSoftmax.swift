import Foundation
import Imprinting
import ModelSurgery

/// Softmax regression whose strength is chosen by cross-validation on the training pictures.
///
/// There are three folds, or two for classes of two pictures; pictures are tested with their plain view. The strength with
/// the highest accuracy wins; among equal accuracies, the one with the lowest loss. Three strengths are tried, and more as
/// long as the best one is the lowest or the highest.
struct ChosenSoftmax: HeadMethod {
  static let name = "softmax, chosen"

  // Enough to rank strengths; the final head uses as many iterations as it needs.
  private static let iterations = 60
  private static let exponents = -7 ... -2

  func solve(_ embeddings: EmbeddingSet) throws -> SolvedHead {
    try SoftmaxHead(strength: Self.strength(for: embeddings)).solve(embeddings)
  }

  /// Returns the best strength for the embeddings, or the default if a class has only one picture.
  static func strength(for embeddings: EmbeddingSet) throws -> Double {
    let folds = min(3, embeddings.classes.map(\.count).min() ?? 0)
    guard folds > 1 else { return SoftmaxHead().strength }
    let parts = try (0..<folds).map { fold in
      (
        training: try embeddings.picking { (0..<$0.count).filter { $0 % folds != fold } },
        test: try embeddings.picking { (0..<$0.count).filter { $0 % folds == fold } }
      )
    }
    var found: [Int: (right: Int, loss: Double)] = [:]
    var next = [-6, -5, -4]
    while !next.isEmpty {
      for exponent in next {
        let method = SoftmaxHead(strength: pow(10, Double(exponent)), iterations: iterations)
        found[exponent] = try parts.reduce(into: (right: 0, loss: 0.0)) { sum, part in
          let outcome = test(try method.solve(part.training).head, on: part.test)
          sum = (sum.right + outcome.right, sum.loss + outcome.loss)
        }
      }
      next = [best(found) - 1, best(found) + 1].filter { exponents.contains($0) && found[$0] == nil }
    }
    return pow(10, Double(best(found)))
  }

  private static func best(_ found: [Int: (right: Int, loss: Double)]) -> Int {
    found.max { ($0.value.right, $1.value.loss) < ($1.value.right, $0.value.loss) }?.key ?? -5
  }

  private static func test(_ head: LinearHead, on embeddings: EmbeddingSet) -> (right: Int, loss: Double) {
    var (right, loss) = (0, 0.0)
    for (label, known) in embeddings.classes.enumerated() {
      for picture in known.pictures {
        let logits = head.logits(of: embeddings.space.plainSteps(of: picture)).map(Double.init)
        let greatest = logits.max() ?? 0
        if logits.firstIndex(of: greatest) == label { right += 1 }
        loss += greatest - logits[label] + log(logits.reduce(0) { $0 + exp($1 - greatest) })
      }
    }
    return (right, loss)
  }
}
