import TestMaterial
import Testing

@testable import Heads

@Suite("Means with intervals")
struct EstimateTests {
  @Test("1 to 5: mean 3, s = √2.5, and Student's t with four degrees of freedom")
  func known() throws {
    let estimate = try #require(Estimate([1, 2, 3, 4, 5]))
    #expect(estimate.mean == 3)
    #expect(abs(try #require(estimate.margin) - 1.96324) < 1e-4)
    #expect(abs(try #require(estimate.standardError) - 0.5.squareRoot()) < 1e-12)
    #expect("\(estimate)" == "3.000 ± 1.963")
  }

  @Test(
    "Quantiles of Student's t distribution",
    arguments: [
      (1, 12.7062), (4, 2.7764), (10, 2.2281), (11, 2.2010), (19, 2.0930), (49, 2.0096), (99, 1.9842), (9999, 1.9602),
    ])
  func points(freedom: Int, point: Double) {
    #expect(abs(Estimate.studentPoint(freedom: freedom) - point) < 1.5e-4)
  }

  @Test("The interval contains the true mean in about 95 % of 2000 repetitions")
  func coverage() throws {
    var generator = SplitMix64(seed: 5)
    let hits = try (0..<2000).count { _ in
      // The sum of twelve uniform numbers minus six is close to normal.
      let values = (0..<8).map { _ in (0..<12).reduce(-6.0) { sum, _ in sum + .random(in: 0..<1, using: &generator) } }
      let estimate = try #require(Estimate(values))
      return abs(estimate.mean) <= estimate.margin ?? 0
    }
    #expect((1860...1940).contains(hits))
  }

  @Test(
    "The Wilson interval has the published values, and reaches 0 and 1 for no hits and all hits",
    arguments: [
      // Newcombe, Statistics in Medicine 17 (1998), table I.
      (81.0, 263.0, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718),
      (50, 100, 0.4038, 0.5962), (20, 20, 0.8389, 1),
    ])
  func wilson(hits: Double, count: Double, lower: Double, upper: Double) {
    let interval = WilsonInterval.interval(share: hits / count, count: count)
    #expect(abs(interval.lowerBound - lower) < 1e-4 && abs(interval.upperBound - upper) < 1e-4, "\(interval)")
    #expect(hits > 0 || interval.lowerBound == 0)
    #expect(hits < count || interval.upperBound == 1)
  }

  @Test("The Wilson interval of no trials is 0...1")
  func noTrial() { #expect(WilsonInterval.interval(share: 0, count: 0) == 0...1) }

  @Test("One measurement has no interval; no measurements have no mean")
  func few() throws {
    #expect(Estimate([]) == nil)
    let one = try #require(Estimate([0.5]))
    #expect(one.margin == nil)
    #expect(one.standardError == nil)
    #expect("\(one)" == "0.500")
  }

  @Test("Parses and prints a number of shots", arguments: [("1", Shots.count(1)), ("20", .count(20)), ("all", .all)])
  func shots(text: String, shots: Shots) {
    #expect(Shots(text) == shots)
    #expect("\(shots)" == text)
  }

  @Test("Rejects text that is no number of shots", arguments: ["", "0", "-1", "1.5", "many", "99999999999999999999"])
  func noShots(text: String) { #expect(Shots(text) == nil) }

  @Test(
    "One more number is below the bound with the given probability, on average over draws",
    arguments: [(count: 9, share: 0.05), (9, 0.2), (19, 0.05), (45, 0.05), (45, 0.01), (400, 0.05)])
  func bound(count: Int, share: Double) {
    var generator = SeededGenerator(seed: 7)
    var below = 0
    let draws = 4000
    for _ in 0..<draws {
      // Sums of twelve uniform numbers are nearly normal.
      let numbers = (0...count).map { _ in
        (0..<12).reduce(0.0) { sum, _ in sum + Double.random(in: -0.5...0.5, using: &generator) }
      }
      if numbers[count] < Quantiles(Array(numbers.dropLast())).bound(share: share) { below += 1 }
    }
    let found = Double(below) / Double(draws)
    #expect(abs(found - share) < 0.02, "\(found)")
  }
}
