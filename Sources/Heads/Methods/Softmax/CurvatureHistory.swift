/// The last steps s and changes of the gradient y of a descent, which stand for the inverse of the curvature.
struct CurvatureHistory: Sendable {
  private let memory: Int
  private var pairs: [(step: [Double], change: [Double], product: Double)] = []

  init(memory: Int) { self.memory = max(1, memory) }

  var isEmpty: Bool { pairs.isEmpty }

  /// Takes in a step; one along which the gradient did not rise says nothing and is left out.
  mutating func add(step: [Double], change: [Double]) {
    let product = step.dot(change)
    guard product > 1e-12 * change.dot(change).squareRoot() * step.dot(step).squareRoot() else { return }
    if pairs.count == memory { pairs.removeFirst() }
    pairs.append((step, change, product))
  }

  /// −H g, H being the estimate of the inverse Hessian, by the two loops of Nocedal (1980).
  func direction(against gradient: [Double]) -> [Double] {
    var direction = gradient.plus(gradient, times: -2)
    var factors: [Double] = []
    for pair in pairs.reversed() {
      let factor = pair.step.dot(direction) / pair.product
      factors.append(factor)
      direction = direction.plus(pair.change, times: -factor)
    }
    if let last = pairs.last {
      direction = direction.plus(direction, times: last.product / last.change.dot(last.change) - 1)
    }
    for (pair, factor) in zip(pairs, factors.reversed()) {
      direction = direction.plus(pair.step, times: factor - pair.change.dot(direction) / pair.product)
    }
    return direction
  }
}

extension [Double] {
  /// Σ xᵢ yᵢ of lists of one length.
  func dot(_ other: [Double]) -> Double {
    withUnsafeBufferPointer { mine in
      other.withUnsafeBufferPointer { other in
        var sum = 0.0
        for index in 0..<Swift.min(mine.count, other.count) { sum += mine[index] * other[index] }
        return sum
      }
    }
  }

  /// x + f y for lists of one length.
  func plus(_ other: [Double], times factor: Double) -> [Double] {
    var sum = self
    sum.withUnsafeMutableBufferPointer { sum in
      other.withUnsafeBufferPointer { other in
        for index in 0..<Swift.min(sum.count, other.count) { sum[index] += factor * other[index] }
      }
    }
    return sum
  }

  /// x − y.
  func minus(_ other: [Double]) -> [Double] { plus(other, times: -1) }
}
