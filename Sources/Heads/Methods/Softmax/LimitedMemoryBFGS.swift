/// Finds a minimum of a smooth function from its gradients: L-BFGS, which needs no learning rate.
///
/// Liu and Nocedal, "On the limited memory BFGS method for large scale optimization" (Mathematical Programming 45, 1989). A
/// step's length is found by halving and doubling until it lowers the function enough and flattens the slope enough (the
/// Armijo and the weak Wolfe conditions), after Lewis and Overton (Mathematical Programming 141, 2013). The first that does
/// is mostly the whole step.
struct LimitedMemoryBFGS: Sendable {
  /// Where the search ended.
  struct Minimum: Sendable {
    /// The best point found.
    let point: [Double]
    /// The function there.
    let value: Double
    /// How many steps were taken.
    let iterations: Int
    /// Whether it ended because it went no further down, and not for want of iterations.
    let isConverged: Bool
  }

  /// How many steps at most.
  var iterations = 150
  /// How many past steps tell of the curvature; fewer where they would take more than half a gigabyte.
  var memory = 10
  /// The greatest element of a gradient that counts as none, for a function of the order of 1.
  var tolerance = 1e-6
  /// The fall of a function of the order of 1 in one step that counts as none.
  var leastFall = 1e-9

  // The fall of the function, and the rest of the slope, that a step has to come to.
  private static let fall = 1e-4
  private static let flattening = 0.9
  private static let trials = 40

  init(iterations: Int = 150) { self.iterations = iterations }

  /// Goes down from a point.
  ///
  /// - Parameters:
  ///   - start: Where to begin.
  ///   - function: The function at a point; it overwrites the gradient. Where it is infinite or none (NaN) the step was too
  ///     long.
  /// - Throws: What the function throws.
  /// - Complexity: O(memory · size) a step, beside one call of the function or a few.
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
        // Rounding has spoilt the curvature: begin anew from the gradient alone.
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

  /// A point that fulfils both conditions, or the best that lowers the function, or nil where none does.
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
        // A step that is good enough is not given up for the search for a better one.
        if best != nil { return best }
      }
      length = most.isFinite ? (least + most) / 2 : 2 * length
    }
    return best
  }
}
