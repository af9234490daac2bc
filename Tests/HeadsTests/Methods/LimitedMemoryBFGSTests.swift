import Testing

@testable import Heads

@Suite("Limited-memory BFGS")
struct LimitedMemoryBFGSTests {
  @Test("Finds the minimum of Rosenbrock's function")
  func rosenbrock() {
    var search = LimitedMemoryBFGS(iterations: 200)
    search.leastFall = 0
    let minimum = search.minimize(from: [-1.2, 1]) { x, gradient in
      let (valley, rest) = (x[1] - x[0] * x[0], 1 - x[0])
      gradient = [-400 * x[0] * valley - 2 * rest, 200 * valley]
      return 100 * valley * valley + rest * rest
    }
    #expect(minimum.isConverged)
    #expect(minimum.iterations < 60)
    #expect(abs(minimum.point[0] - 1) < 1e-5)
    #expect(abs(minimum.point[1] - 1) < 1e-5)
  }

  @Test("Minimises a quadratic whose curvatures differ by a factor of a thousand")
  func quadratic() {
    var search = LimitedMemoryBFGS(iterations: 200)
    search.leastFall = 0
    let curvatures = (0..<20).map { 1 + Double($0 * $0) * 2.77 }
    let minimum = search.minimize(from: Array(repeating: 1, count: 20)) { x, gradient in
      gradient = zip(curvatures, x).map { $0 * $1 }
      return zip(curvatures, x).reduce(0) { $0 + $1.0 * $1.1 * $1.1 / 2 }
    }
    #expect(minimum.isConverged)
    #expect(minimum.point.allSatisfy { abs($0) < 1e-5 })
  }

  @Test("Finds a minimum beside a region where the function is not a number")
  func barrier() {
    let minimum = LimitedMemoryBFGS(iterations: 50).minimize(from: [0.001]) { x, gradient in
      guard x[0] > 0 else { return .nan }
      gradient = [1 - 0.5 / x[0].squareRoot()]
      return x[0] - x[0].squareRoot()
    }
    #expect(abs(minimum.point[0] - 0.25) < 1e-3)
  }

  @Test("Stops after the given iterations without a minimum, and at once on a flat function")
  func ends() {
    let unbounded = LimitedMemoryBFGS(iterations: 7).minimize(from: [0]) { x, gradient in
      gradient = [-1]
      return -x[0]
    }
    #expect(unbounded.iterations <= 7)
    #expect(unbounded.value < 0)
    let flat = LimitedMemoryBFGS().minimize(from: [3, 4]) { _, gradient in
      gradient = [0, 0]
      return 5
    }
    #expect(flat.iterations == 0)
    #expect(flat.isConverged)
    #expect(flat.point == [3, 4])
  }

  @Test("Rethrows an error of the function")
  func failing() {
    struct Failure: Error {}
    #expect(throws: Failure.self) {
      try LimitedMemoryBFGS().minimize(from: [0]) { (_, _) throws(Failure) -> Double in throw Failure() }
    }
  }
}
