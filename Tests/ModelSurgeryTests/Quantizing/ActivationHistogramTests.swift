import ModelSurgery
import TestMaterial
import Testing

@Suite("Histograms of activations")
struct ActivationHistogramTests {
  private func histogram(_ numbers: [Float]) -> ActivationHistogram {
    numbers.withUnsafeBufferPointer { ActivationHistogram($0) }
  }

  /// Numbers between −1 and 1, most of them small.
  private func numbers(_ count: Int, seed: Int = 1) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      (0..<3).reduce(Float(1)) { product, _ in product * Float.random(in: -1...1, using: &generator) }
    }
  }

  @Test("Pieces add up to the whole, in any order, however different their sizes are")
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

  @Test("The ends are exact, whatever the numbers' size")
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

  @Test("Nothing, and nothing but zeros")
  func nothing() {
    #expect(histogram([]).rangeOfLeastError == nil)
    #expect(histogram([0, 0]).rangeOfLeastError == ActivationRanges.Range(lower: 0, upper: 0))
    #expect(histogram([3]).rangeOfLeastError?.lower == 0)
  }

  @Test(
    "Numbers that are infinite or none are told of, also once added", arguments: [Float.nan, .infinity, -.infinity])
  func nonFinite(number: Float) {
    var sum = histogram([1, 2])
    #expect(!sum.holdsNonFinite)
    sum.add(histogram([1, number, 2]))
    #expect(sum.holdsNonFinite)
  }

  @Test("A few far away are cut off for the sake of the many; what is evenly spread is kept whole")
  func clipping() throws {
    let many = numbers(500_000)
    let cut = try #require(histogram(many + [4]).rangeOfLeastError)
    #expect(cut.upper < 3 && cut.upper > 1)
    #expect(cut.lower < -0.4 && cut.lower >= -1)
    let even = (0...6000).map { Float($0) / 1000 }
    #expect(histogram(even).rangeOfLeastError == ActivationRanges.Range(lower: 0, upper: 6))
  }
}
