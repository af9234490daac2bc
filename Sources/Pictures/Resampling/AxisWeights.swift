/// The weights of the source pixels in each target pixel along one axis: a triangle around the target pixel's centre,
/// as wide as the reduction.
///
/// With `scale = length / target` and `support = max(scale, 1)`, target pixel `i` is centred on
/// `start + (i + 0.5) * scale`, and source pixel `j` counts `max(0, 1 - |j + 0.5 - centre| / support)`, over the sum of
/// all that lie within the picture. Weights are in units of 1/65536.
struct AxisWeights {
  /// The first source pixel of each target pixel; never descending.
  private(set) var starts: [Int] = []
  /// How many source pixels each target pixel has, at least one.
  private(set) var counts: [Int] = []
  /// The most that any has.
  private(set) var most = 0
  /// The weights: ``most`` for each target pixel, of which the first `counts[i]` are used and the rest are zero.
  private(set) var weights: [UInt16] = []

  /// - Parameters:
  ///   - start: Where the shown part of the source begins, in source pixels.
  ///   - length: How long it is.
  ///   - source: The pixels of the source, positive.
  ///   - target: The pixels that they become, positive.
  init(start: Double, length: Double, source: Int, target: Int) {
    let scale = length / Double(target)
    let support = max(scale, 1)
    most = min(source, Int(support * 2) + 2)
    starts.reserveCapacity(target)
    counts.reserveCapacity(target)
    weights = Array(repeating: 0, count: target * most)
    var triangle = Array(repeating: 0.0, count: most)
    for i in 0..<target {
      let centre = start + (Double(i) + 0.5) * scale
      let first = min(source - 1, max(0, Int(centre - support + 0.5)))
      let end = min(source, max(first + 1, min(first + most, Int(centre + support + 0.5))))
      var sum = 0.0
      for j in first..<end {
        let weight = max(0, 1 - abs(Double(j) + 0.5 - centre) / support)
        triangle[j - first] = weight
        sum += weight
      }
      starts.append(first)
      counts.append(end - first)
      fill(i, triangle[..<(end - first)], sum: sum)
    }
  }

  // Rounds running sums instead of weights, so that the weights of a pixel always add up to 65536 (65535 for a single
  // one, which is the highest there is).
  private mutating func fill(_ i: Int, _ triangle: ArraySlice<Double>, sum: Double) {
    guard sum > 0 else {
      weights[i * most] = .max
      return
    }
    var running = 0.0
    var before = 0
    for (k, weight) in triangle.enumerated() {
      running += weight
      let now = Int((running / sum * 65536).rounded())
      weights[i * most + k] = UInt16(clamping: now - before)
      before = now
    }
  }
}
