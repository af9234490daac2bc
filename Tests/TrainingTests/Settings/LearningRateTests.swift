import Testing

@testable import Training

@Suite("Learning rates")
struct LearningRateTests {
  private func rates(_ rate: LearningRate, epochs: Double = 4) -> [Double] {
    (0..<8).map { rate.rate(step: $0, stepsPerEpoch: 2, epochs: epochs) }
  }

  private func expect(_ found: [Double], _ expected: [Double]) {
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-9 }, "\(found)")
  }

  @Test("Constant, stepwise and exponential schedules follow their formulas")
  func schedules() {
    expect(rates(LearningRate(peak: 0.5, schedule: .constant)), Array(repeating: 0.5, count: 8))
    expect(
      rates(LearningRate(peak: 1, schedule: .steps(epochs: [1, 3], factor: 0.1))),
      [1, 1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01])
    let smooth = LearningRate(peak: 1, schedule: .exponential(factor: 0.25, epochs: 1, isStaircase: false))
    expect(rates(smooth).prefix(4).map { $0 }, [1, 0.5, 0.25, 0.125])
    let stairs = LearningRate(peak: 1, schedule: .exponential(factor: 0.5, epochs: 2, isStaircase: true))
    expect(rates(stairs), [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5])
  }

  @Test("The cosine schedule runs from the end of the warm-up to the end of training")
  func cosine() {
    let plain = rates(LearningRate(peak: 2, schedule: .cosine(end: 0)))
    #expect(plain[0] == 2 && abs(plain[4] - 1) < 1e-9)
    #expect(zip(plain, plain.dropFirst()).allSatisfy { $0 > $1 })
    let warm = rates(LearningRate(peak: 1, schedule: .cosine(end: 0.1), warmUp: 2))
    expect(Array(warm.prefix(4)), [0.25, 0.5, 0.75, 1])
    #expect(warm[4] == 1 && warm[7] > 0.1)
    #expect(
      abs(LearningRate(peak: 1, schedule: .cosine(end: 0.1)).rate(step: 80, stepsPerEpoch: 2, epochs: 4) - 0.1) < 1e-9)
  }
}
