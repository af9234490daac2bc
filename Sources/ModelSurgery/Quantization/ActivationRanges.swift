/// How often a tensor's numbers are what: counts in steps of a power of two, for as wide a range as was met.
///
/// Histograms of two sets of numbers add up to that of both, in any order: the coarser one decides on the step.
public struct ActivationHistogram: Sendable, Hashable {
  /// The least and the greatest number; infinite in the wrong order where there is none.
  public private(set) var least = Float.infinity, greatest = -Float.infinity
  /// Whether a number was met that is infinite or none (NaN). Such are not counted.
  public private(set) var holdsNonFinite = false

  // Numbers that are 0 exactly are stored exactly whatever the scale.
  private var zeros = 0
  // A bin's width is 2 to this power.
  private var exponent = Int.min
  // The count of the numbers from i − binsASide widths up to the next one.
  private var counts: [Int] = []

  private static let binsASide = 1024

  /// A histogram of nothing.
  public init() {}

  /// A histogram of some numbers.
  ///
  /// - Complexity: O(numbers).
  public init(_ numbers: UnsafeBufferPointer<Float>) {
    // Floats compare as whole numbers do once the negative ones' bits are turned round; so this loop runs on vectors.
    var largest: UInt32 = 0
    var low = Int32.max
    var high = Int32.min
    for number in numbers {
      let bits = Int32(bitPattern: number.bitPattern)
      let place = bits ^ ((bits >> 31) & 0x7FFF_FFFF)
      low = min(low, place)
      high = max(high, place)
      largest = max(largest, number.bitPattern & 0x7FFF_FFFF)
    }
    let reach = Float(bitPattern: largest)
    guard reach.isFinite else {
      holdsNonFinite = true
      return
    }
    guard !numbers.isEmpty else { return }
    least = Self.number(at: low)
    greatest = Self.number(at: high)
    guard reach > 0 else {
      zeros = numbers.count
      return
    }
    exponent = Self.exponent(for: reach)
    let factor = Float(sign: .plus, exponent: -exponent, significand: 1)
    var counts = Array(repeating: 0, count: 2 * Self.binsASide)
    var zeros = 0
    counts.withUnsafeMutableBufferPointer { counts in
      for number in numbers {
        if number == 0 {
          zeros += 1
        } else {
          // Below 1024 in size by the choice of the exponent. A conversion cuts towards 0, bins are cut downwards.
          let place = number * factor
          let cut = Int32(place)
          let bin = Int(Float(cut) > place ? cut - 1 : cut) + Self.binsASide
          counts[min(max(bin, 0), counts.count - 1)] &+= 1
        }
      }
    }
    self.counts = counts
    self.zeros = zeros
  }

  private static func number(at place: Int32) -> Float {
    Float(bitPattern: UInt32(bitPattern: place ^ ((place >> 31) & 0x7FFF_FFFF)))
  }

  /// The least exponent with which the bins reach as far as a number, within what a float's factor can be.
  private static func exponent(for reach: Float) -> Int {
    max(Int(reach.exponent) + 1 - 10, -120)
  }

  /// Counts what another histogram has counted.
  public mutating func add(_ other: ActivationHistogram) {
    least = min(least, other.least)
    greatest = max(greatest, other.greatest)
    holdsNonFinite = holdsNonFinite || other.holdsNonFinite
    zeros += other.zeros
    guard !other.counts.isEmpty else { return }
    guard !counts.isEmpty else {
      counts = other.counts
      exponent = other.exponent
      return
    }
    var other = other
    while exponent < other.exponent { coarsen() }
    while other.exponent < exponent { other.coarsen() }
    for bin in counts.indices { counts[bin] &+= other.counts[bin] }
  }

  /// Makes the bins twice as wide.
  private mutating func coarsen() {
    let half = Self.binsASide / 2
    var wider = Array(repeating: 0, count: counts.count)
    for bin in counts.indices { wider[half + bin / 2] &+= counts[bin] }
    counts = wider
    exponent += 1
  }
}

extension ActivationHistogram {
  /// Between which numbers 255 steps lose least: Σ (number − stored number)² over all numbers is smallest.
  ///
  /// A number within the range is off by a step's twelfth squared, on average; one beyond an end by its distance to it.
  /// Narrower steps for the many are paid for with the few that are cut off.
  ///
  /// - Returns: The range, which holds 0, or nil where no number was counted.
  /// - Complexity: O(bins) for each of some hundred candidates.
  public var rangeOfLeastError: ActivationRanges.Range? {
    guard least <= greatest else { return nil }
    let lower = min(least, 0)
    let upper = max(greatest, 0)
    guard !counts.isEmpty, upper > lower else { return ActivationRanges.Range(lower: lower, upper: upper) }
    var best = (lower: lower, upper: upper)
    var error = self.error(best.lower, best.upper)
    // One end after the other, in hundredths: the error is smooth and has one valley for each.
    for _ in 0..<2 {
      for share in stride(from: Float(0.3), to: 1, by: 0.02) {
        let trial = self.error(best.lower, upper * share)
        if trial < error { (best.upper, error) = (upper * share, trial) }
      }
      guard lower < 0 else { break }
      for share in stride(from: Float(0.3), to: 1, by: 0.02) {
        let trial = self.error(lower * share, best.upper)
        if trial < error { (best.lower, error) = (lower * share, trial) }
      }
    }
    return ActivationRanges.Range(lower: best.lower, upper: best.upper)
  }

  private func error(_ lower: Float, _ upper: Float) -> Double {
    let width = Double(Float(sign: .plus, exponent: exponent, significand: 1))
    let step = Double(upper - lower) / 255
    let within = step * step / 12
    var sum = 0.0
    for (bin, count) in counts.enumerated() where count > 0 {
      let middle = (Double(bin - Self.binsASide) + 0.5) * width
      let beyond = max(Double(lower) - middle, middle - Double(upper), 0)
      sum += Double(count) * (beyond * beyond + (beyond > 0 ? 0 : within))
    }
    return sum
  }
}

/// Between which numbers a model's tensors lie when it runs: what calibration pictures tell, and all that quantising needs
/// to know of them.
///
/// The value can be kept, as JSON, and used on a machine that has no pictures.
public struct ActivationRanges: Sendable, Hashable, Codable {
  /// The least and the greatest number that a tensor is to hold.
  public struct Range: Sendable, Hashable, Codable {
    /// The ends. Both are finite, and `lower` is not above `upper`, where quantising takes the range.
    public let lower, upper: Float

    /// A range; the parameters are the properties of the same names.
    public init(lower: Float, upper: Float) {
      self.lower = lower
      self.upper = upper
    }

    /// Reads a list of the two ends.
    public init(from decoder: any Decoder) throws {
      var ends = try decoder.unkeyedContainer()
      lower = try ends.decode(Float.self)
      upper = try ends.decode(Float.self)
    }

    /// Writes a list of the two ends.
    public func encode(to encoder: any Encoder) throws {
      var ends = encoder.unkeyedContainer()
      try ends.encode(lower)
      try ends.encode(upper)
    }
  }

  /// Which model they were measured with: its ``Quantization/fingerprint``.
  public let model: String
  /// How many pictures they were measured on.
  public let pictures: Int
  /// The range of each measured tensor, by the names of ``Quantization/activations``.
  public let ranges: [String: Range]

  /// Ranges; the parameters are the properties of the same names.
  public init(model: String, pictures: Int, ranges: [String: Range]) {
    self.model = model
    self.pictures = pictures
    self.ranges = ranges
  }
}
