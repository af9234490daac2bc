import Testing

@testable import Heads

@Suite("The minimiser")
struct LimitedMemoryBFGSTests {
  @Test("It finds the minimum of Rosenbrock's curved valley")
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

  @Test("A quadratic whose curvatures differ a thousandfold is no hindrance")
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

  @Test("It never goes up, and stays where the function begins to be infinite or none")
  func barrier() {
    let minimum = LimitedMemoryBFGS(iterations: 50).minimize(from: [0.001]) { x, gradient in
      guard x[0] > 0 else { return .nan }
      gradient = [1 - 0.5 / x[0].squareRoot()]
      return x[0] - x[0].squareRoot()
    }
    #expect(abs(minimum.point[0] - 0.25) < 1e-3)
  }

  @Test("A function without a minimum ends with its iterations, one that is flat at once")
  func ends() {
    let endless = LimitedMemoryBFGS(iterations: 7).minimize(from: [0]) { x, gradient in
      gradient = [-1]
      return -x[0]
    }
    #expect(endless.iterations <= 7)
    #expect(endless.value < 0)
    let flat = LimitedMemoryBFGS().minimize(from: [3, 4]) { _, gradient in
      gradient = [0, 0]
      return 5
    }
    #expect(flat.iterations == 0)
    #expect(flat.isConverged)
    #expect(flat.point == [3, 4])
  }

  @Test("What the function throws comes through")
  func failing() {
    struct Failure: Error {}
    #expect(throws: Failure.self) {
      try LimitedMemoryBFGS().minimize(from: [0]) { (_, _) throws(Failure) -> Double in throw Failure() }
    }
  }
}
