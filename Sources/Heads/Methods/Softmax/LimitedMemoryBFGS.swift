/// Minimisation of a smooth function by L-BFGS, which needs no learning rate.
///
/// Liu and Nocedal, "On the limited memory BFGS method for large scale optimization" (Mathematical Programming 45, 1989). The
/// line search doubles and bisects the step's length until it satisfies the Armijo and the weak Wolfe conditions, after Lewis
/// and Overton (Mathematical Programming 141, 2013). Usually the full step satisfies them at once.
struct LimitedMemoryBFGS: Sendable {
  /// The result of the descent.
  struct Minimum: Sendable {
    /// The best point.
    let point: [Double]
    /// The function's value at this point.
    let value: Double
    /// The number of steps.
    let iterations: Int
    /// Whether the descent converged before it used up its iterations.
    let isConverged: Bool
  }

  /// The greatest number of steps.
  var iterations = 150
  /// The number of past steps that estimate the curvature; fewer if they would take more than half a gigabyte.
  var memory = 10
  /// The gradient's greatest element at convergence, for a function of the order of 1.
  var tolerance = 1e-6
  /// The decrease in one step at convergence, for a function of the order of 1.
  var leastFall = 1e-9

  // The constants of the Armijo and the Wolfe condition.
  private static let fall = 1e-4
  private static let flattening = 0.9
  private static let trials = 40

  init(iterations: Int = 150) { self.iterations = iterations }

  /// Minimises a function.
  ///
  /// - Parameters:
  ///   - start: The first point.
  ///   - function: Returns the value at a point and overwrites the gradient. A value that is infinite or NaN makes the step
  ///     shorter.
  /// - Throws: The errors of the function.
  /// - Complexity: O(memory · size) per step, and one or a few calls of the function.
  func minimize<Failure: Error>(
    from start: [Double], _ function: (_ point: [Double], _ gradient: inout [Double]) throws(Failure) -> Double
  ) throws(Failure) -> Minimum {
    var point = start
    var gradient = [Double](repeating: 0, count: start.count)
    var value = try function(point, &gradient)
    let memory = min(memory, max(2, (1 << 25) / max(1, start.count)))
    var history = CurvatureHistory(memory: memory)
    for iteration in 0..<max(0, iterations) {
      guard value.isFinite, gradient.contains(where: { abs($0) > tolerance }) else {
        return Minimum(point: point, value: value, iterations: iteration, isConverged: value.isFinite)
      }
      var direction = history.direction(against: gradient)
      var slope = gradient.dot(direction)
      if !(slope < 0) {
        // Rounding errors spoilt the curvature: start again with the gradient alone.
        history = CurvatureHistory(memory: memory)
        direction = history.direction(against: gradient)
        slope = gradient.dot(direction)
      }
      let length = history.isEmpty ? min(1, 1 / (-slope).squareRoot()) : 1
      guard
        let next = try step(from: point, value, along: direction, slope: slope, length: length, function)
      else { return Minimum(point: point, value: value, iterations: iteration, isConverged: true) }
      history.add(step: next.point.minus(point), change: next.gradient.minus(gradient))
      let fall = value - next.value
      (point, value, gradient) = next
      if fall <= leastFall * max(1, abs(value)) {
        return Minimum(point: point, value: value, iterations: iteration + 1, isConverged: true)
      }
    }
    return Minimum(point: point, value: value, iterations: max(0, iterations), isConverged: false)
  }

  /// Returns a point that satisfies both conditions, or else the best point with a lower value, or nil if there is none.
  private func step<Failure: Error>(
    from point: [Double], _ value: Double, along direction: [Double], slope: Double, length: Double,
    _ function: (_ point: [Double], _ gradient: inout [Double]) throws(Failure) -> Double
  ) throws(Failure) -> (point: [Double], value: Double, gradient: [Double])? {
    var length = length
    var (least, most) = (0.0, Double.infinity)
    var best: (point: [Double], value: Double, gradient: [Double])?
    var gradient = [Double](repeating: 0, count: point.count)
    for _ in 0..<Self.trials {
      let next = point.plus(direction, times: length)
      let found = try function(next, &gradient)
      if found.isFinite, found <= value + Self.fall * length * slope, found < value {
        best = (next, found, gradient)
        if gradient.dot(direction) >= Self.flattening * slope { return best }
        least = length
      } else {
        most = length
        // A point that satisfies the first condition is good enough.
        if best != nil { return best }
      }
      length = most.isFinite ? (least + most) / 2 : 2 * length
    }
    return best
  }
}

/// The last steps s of a descent and the changes y of the gradient, which together estimate the inverse Hessian.
struct CurvatureHistory: Sendable {
  private let memory: Int
  private var pairs: [(step: [Double], change: [Double], product: Double)] = []

  init(memory: Int) { self.memory = max(1, memory) }

  var isEmpty: Bool { pairs.isEmpty }

  /// Adds a step, unless the gradient did not increase along it.
  mutating func add(step: [Double], change: [Double]) {
    let product = step.dot(change)
    guard product > 1e-12 * change.dot(change).squareRoot() * step.dot(step).squareRoot() else { return }
    if pairs.count == memory { pairs.removeFirst() }
    pairs.append((step, change, product))
  }

  /// Returns −H g with the estimate H of the inverse Hessian, by the two-loop recursion of Nocedal (1980).
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
  /// Returns Σ xᵢ yᵢ of arrays of equal length.
  func dot(_ other: [Double]) -> Double {
    withUnsafeBufferPointer { mine in
      other.withUnsafeBufferPointer { other in
        var sum = 0.0
        for index in 0..<Swift.min(mine.count, other.count) { sum += mine[index] * other[index] }
        return sum
      }
    }
  }

  /// Returns x + f y of arrays of equal length.
  func plus(_ other: [Double], times factor: Double) -> [Double] {
    var sum = self
    sum.withUnsafeMutableBufferPointer { sum in
      other.withUnsafeBufferPointer { other in
        for index in 0..<Swift.min(sum.count, other.count) { sum[index] += factor * other[index] }
      }
    }
    return sum
  }

  /// Returns x − y of arrays of equal length.
  func minus(_ other: [Double]) -> [Double] { plus(other, times: -1) }
}
