/// The ranges of a model's tensors, measured on calibration pictures. Quantisation needs no other data from the
/// pictures.
///
/// The ranges can be saved as JSON and used on a machine without pictures.
public struct ActivationRanges: Sendable, Hashable, Codable {
  /// The range of a tensor's values.
  public struct Range: Sendable, Hashable, Codable {
    /// The ends. Quantisation requires that both are finite and in order.
    public let lower, upper: Float

    /// Creates a range; the parameters are the properties of the same names.
    public init(lower: Float, upper: Float) {
      self.lower = lower
      self.upper = upper
    }

    /// Decodes a list of the two ends.
    public init(from decoder: any Decoder) throws {
      var ends = try decoder.unkeyedContainer()
      lower = try ends.decode(Float.self)
      upper = try ends.decode(Float.self)
    }

    /// Encodes a list of the two ends.
    public func encode(to encoder: any Encoder) throws {
      var ends = encoder.unkeyedContainer()
      try ends.encode(lower)
      try ends.encode(upper)
    }
  }

  /// The ``Quantization/fingerprint`` of the model that they were measured with.
  public let model: String
  /// The number of pictures they were measured on.
  public let pictures: Int
  /// The range of each measured tensor, by the names of ``Quantization/activations``.
  public let ranges: [String: Range]

  /// Creates ranges; the parameters are the properties of the same names.
  public init(model: String, pictures: Int, ranges: [String: Range]) {
    self.model = model
    self.pictures = pictures
    self.ranges = ranges
  }
}

/// A histogram of a tensor's values, with bins whose width is a power of two and grows with the range.
///
/// Adding the histograms of two sets of values, in any order, gives the histogram of all values, with the coarser bin
/// width.
public struct ActivationHistogram: Sendable, Hashable {
  /// The least and the greatest value; +∞ and −∞ if there is none.
  public private(set) var least = Float.infinity, greatest = -Float.infinity
  /// Whether a value was infinite or NaN. Such values are not counted.
  public private(set) var holdsNonFinite = false

  // Zeros are stored exactly at any scale.
  private var zeros = 0
  // The width of a bin is 2 to this power.
  private var exponent = Int.min
  // Bin i counts the values from (i − binsASide) widths up to the next bin.
  private var counts: [Int] = []

  private static let binsASide = 1024

  /// Creates an empty histogram.
  public init() {}

  /// Creates a histogram of values.
  ///
  /// - Complexity: O(values).
  public init(_ numbers: UnsafeBufferPointer<Float>) {
    // Floats compare like integers once the bits of negative ones are inverted, so this loop vectorises.
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
          // The exponent keeps this below 1024 in magnitude. A conversion truncates towards 0, but bins need the floor.
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

  /// Returns the least exponent with which the bins cover a magnitude, limited to the exponents that the factor can
  /// represent.
  private static func exponent(for reach: Float) -> Int {
    max(Int(reach.exponent) + 1 - 10, -120)
  }

  /// Adds the counts of another histogram.
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

  /// Doubles the width of the bins.
  private mutating func coarsen() {
    let half = Self.binsASide / 2
    var wider = Array(repeating: 0, count: counts.count)
    for bin in counts.indices { wider[half + bin / 2] &+= counts[bin] }
    counts = wider
    exponent += 1
  }
}

extension ActivationHistogram {
  /// The range whose 255 steps have the least squared error: Σ (value − stored value)² over all values.
  ///
  /// Within the range, the mean squared error is a twelfth of the squared step; beyond it, the squared distance to the
  /// range. Narrower steps make many values more exact at the cost of clipping a few.
  ///
  /// - Returns: The range, which includes 0, or nil for an empty histogram.
  /// - Complexity: O(bins) for each of some hundred candidates.
  public var rangeOfLeastError: ActivationRanges.Range? {
    guard least <= greatest else { return nil }
    let lower = min(least, 0)
    let upper = max(greatest, 0)
    guard !counts.isEmpty, upper > lower else { return ActivationRanges.Range(lower: lower, upper: upper) }
    var best = (lower: lower, upper: upper)
    var error = self.error(best.lower, best.upper)
    // Optimises one end after the other on a grid: the error is smooth and has one minimum for each.
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
