import ModelSurgery
import TestMaterial
import Testing

@Suite("Quantisation grids")
struct GridTests {
  @Test("A range is shifted so that the grid represents 0 exactly")
  func activations() throws {
    let relu = try #require(ActivationGrid(lower: 0, upper: 6))
    #expect(relu.zeroPoint == 0 && abs(relu.scale - 6.0 / 255) < 1e-8)
    let uneven = try #require(ActivationGrid(lower: -1, upper: 1))
    #expect(uneven.zeroPoint == 128)
    #expect(uneven.encoding(.uint8) == .uint8(scale: uneven.scale, zeroPoint: 128))
    #expect(uneven.encoding(.int8) == .int8(scale: uneven.scale, zeroPoint: 0))
    #expect(abs(uneven.bounds.lowerBound + 128 * 2.0 / 255) < 1e-6)
    #expect(abs(uneven.bounds.upperBound - 127 * 2.0 / 255) < 1e-6)
    // Every range includes 0.
    #expect(ActivationGrid(lower: 1, upper: 3) == ActivationGrid(lower: 0, upper: 3))
    #expect(ActivationGrid(lower: -3, upper: -1) == ActivationGrid(lower: -3, upper: 0))
    #expect(ActivationGrid(lower: -3, upper: -1)?.zeroPoint == 255)
    #expect(ActivationGrid(lower: 0, upper: 0)?.scale == 1)
    #expect(ActivationGrid.symmetric(1).bounds == -1...(127.0 / 128))
  }

  @Test("Invalid ranges have no grid, and extreme ranges do not crash")
  func senseless() throws {
    let ends: [Float] = [0, 0x1p-149, 1e-38, 1, 3.4e38, .greatestFiniteMagnitude, .infinity, .nan]
    for lower in ends + ends.map({ -$0 }) {
      for upper in ends + ends.map({ -$0 }) {
        let grid = ActivationGrid(lower: lower, upper: upper)
        #expect((grid != nil) == (lower.isFinite && upper.isFinite && lower <= upper))
        if let grid { #expect((0...255).contains(grid.zeroPoint) && grid.scale > 0 && grid.scale.isFinite) }
      }
    }
  }

  @Test("Per-tensor weights have 254 steps from the least to the greatest, and represent 0 exactly")
  func perTensor() {
    let rounded = RoundedWeights([-1, 0, 0.3, 1.54], outputs: 2, on: .uint8PerTensor)
    #expect(rounded.zeroPoint == 101 && rounded.scales.count == 1)
    #expect(rounded.bytes == [1, 101, 131, 255])
    for (value, weight) in zip(rounded.values, [-1, 0, 0.3, 1.54] as [Float]) { #expect(abs(value - weight) < 1e-6) }
  }

  @Test("Per-channel weights of a depthwise layer have scales along the last dimension")
  func perChannel() {
    let weights: [Float] = [1.27, -0.01, 0, 254, -2, 1]
    let rows = RoundedWeights(weights, outputs: 2, on: .int8PerChannel)
    #expect(rows.bytes.map { Int8(bitPattern: $0) } == [127, -1, 0, 127, -1, 0])
    let columns = RoundedWeights(weights, outputs: 3, isDepthwise: true, on: .int8PerChannel)
    #expect(columns.scales.count == 3)
    #expect(columns.bytes.map { Int8(bitPattern: $0) } == [1, -1, 0, 127, -127, 127])
    #expect(abs(columns.values[4] + 2) < 1e-6 && columns.values[3] == 254)
  }

  @Test("Quantisation changes no weight by more than one step", arguments: WeightGrid.allCases)
  func nearest(grid: WeightGrid) {
    var generator = SeededGenerator(seed: 5)
    let weights = (0..<600).map { _ in Float.random(in: -0.7...1.1, using: &generator) }
    for isDepthwise in [false, true] {
      let rounded = RoundedWeights(weights, outputs: 6, isDepthwise: isDepthwise, on: grid)
      let halfStep = (rounded.scales.max() ?? 0) * 0.5001
      // Half a step from rounding, and up to half a step more from shifting the grid to 0.
      for (value, weight) in zip(rounded.values, weights) { #expect(abs(value - weight) <= 2 * halfStep) }
      #expect(rounded.values.contains { abs($0) > 1 })
    }
  }

  @Test("Quantises all-zero and empty weights")
  func zeros() {
    for grid in WeightGrid.allCases {
      #expect(RoundedWeights([0, 0], outputs: 2, on: grid).values == [0, 0])
      #expect(RoundedWeights([], outputs: 1, on: grid).bytes.isEmpty)
    }
  }
}

@Suite("Histograms of activations")
struct ActivationHistogramTests {
  private func histogram(_ numbers: [Float]) -> ActivationHistogram {
    numbers.withUnsafeBufferPointer { ActivationHistogram($0) }
  }

  /// Values between −1 and 1, most of them small.
  private func numbers(_ count: Int, seed: Int = 1) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      (0..<3).reduce(Float(1)) { product, _ in product * Float.random(in: -1...1, using: &generator) }
    }
  }

  @Test("Histograms of parts add up to the histogram of all values, in any order and at any magnitude")
  func sums() {
    let pieces = [
      numbers(500), numbers(300, seed: 2).map { $0 * 1000 }, [0, 0, -0.0], numbers(200).map { $0 / 3e5 }, [],
    ]
    let whole = histogram(pieces.flatMap { $0 })
    for order in [[0, 1, 2, 3, 4], [4, 2, 3, 1, 0], [3, 0, 4, 2, 1]] {
      var sum = ActivationHistogram()
      for piece in order { sum.add(histogram(pieces[piece])) }
      #expect(sum == whole)
      #expect(sum.rangeOfLeastError == whole.rangeOfLeastError)
    }
  }

  @Test("The least and the greatest value are exact at any magnitude")
  func ends() {
    for factor: Float in [1, 1e-38, 0x1p-140, 1e37, 3.4e38] {
      let some = [-0.5, 0.25, 0.99] as [Float]
      let found = histogram(some.map { $0 * factor })
      #expect(found.least == -0.5 * factor)
      #expect(found.greatest == 0.99 * factor)
      let range = found.rangeOfLeastError
      #expect(range.map { $0.lower.isFinite && $0.upper.isFinite && $0.lower <= $0.upper } == true)
    }
  }

  @Test("An empty histogram has no range; every other range includes 0")
  func nothing() {
    #expect(histogram([]).rangeOfLeastError == nil)
    #expect(histogram([0, 0]).rangeOfLeastError == ActivationRanges.Range(lower: 0, upper: 0))
    #expect(histogram([3]).rangeOfLeastError?.lower == 0)
  }

  @Test(
    "Infinite values and NaN are reported, also after adding", arguments: [Float.nan, .infinity, -.infinity])
  func nonFinite(number: Float) {
    var sum = histogram([1, 2])
    #expect(!sum.holdsNonFinite)
    sum.add(histogram([1, number, 2]))
    #expect(sum.holdsNonFinite)
  }

  @Test("Outliers are clipped; evenly spread values keep their full range")
  func clipping() throws {
    let many = numbers(500_000)
    let cut = try #require(histogram(many + [4]).rangeOfLeastError)
    #expect(cut.upper < 3 && cut.upper > 1)
    #expect(cut.lower < -0.4 && cut.lower >= -1)
    let even = (0...6000).map { Float($0) / 1000 }
    #expect(histogram(even).rangeOfLeastError == ActivationRanges.Range(lower: 0, upper: 6))
  }
}
