import Foundation
import Imprinting

/// Softmax regression whose strength is chosen by cross-validation on the pictures that it learns from.
///
/// Of each class every third picture, in turn, is asked about by its plain view; of two pictures every second. The
/// strength with most right answers is taken, that with the lower loss among equals. Three strengths are tried, and
/// others for as long as the best one is the lowest or the highest.
struct ChosenSoftmax: HeadMethod {
  static let name = "softmax, chosen"

  // Enough to rank strengths; the head itself is given all the steps that it takes.
  private static let iterations = 60
  private static let exponents = -7 ... -2

  func solve(_ seen: EmbeddingSet) throws -> SolvedHead {
    try SoftmaxHead(strength: Self.strength(for: seen)).solve(seen)
  }

  /// The strength to learn from some pictures with; that by default where a class has one picture.
  static func strength(for seen: EmbeddingSet) throws -> Double {
    let folds = min(3, seen.classes.map(\.count).min() ?? 0)
    guard folds > 1 else { return SoftmaxHead().strength }
    let parts = try (0..<folds).map { fold in
      (
        lesson: try seen.picking { (0..<$0.count).filter { $0 % folds != fold } },
        asked: try seen.picking { (0..<$0.count).filter { $0 % folds == fold } }
      )
    }
    var found: [Int: (right: Int, loss: Double)] = [:]
    var next = [-6, -5, -4]
    while !next.isEmpty {
      for exponent in next {
        let method = SoftmaxHead(strength: pow(10, Double(exponent)), iterations: iterations)
        found[exponent] = try parts.reduce(into: (right: 0, loss: 0.0)) { sum, part in
          let outcome = ask(try method.solve(part.lesson).head, about: part.asked)
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

  private static func ask(_ head: LinearHead, about seen: EmbeddingSet) -> (right: Int, loss: Double) {
    var (right, loss) = (0, 0.0)
    for (label, known) in seen.classes.enumerated() {
      for picture in known.pictures {
        let logits = head.logits(of: seen.space.plainSteps(of: picture)).map(Double.init)
        let greatest = logits.max() ?? 0
        if logits.firstIndex(of: greatest) == label { right += 1 }
        loss += greatest - logits[label] + log(logits.reduce(0) { $0 + exp($1 - greatest) })
      }
    }
    return (right, loss)
  }
}
