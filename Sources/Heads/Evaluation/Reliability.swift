/// How far a classifier's confidence can be believed: the score of the class that it names first, beside how often that
/// class is right.
public struct Reliability: Sendable, Hashable, Codable {
  /// The answers whose confidence lies within one tenth.
  public struct Bin: Sendable, Hashable, Codable {
    /// How many answers there are.
    public internal(set) var count = 0
    /// How many of them are right.
    public internal(set) var correct = 0
    /// The sum of their confidences.
    public internal(set) var confidenceSum = 0.0

    /// The mean confidence; 0 of no answer.
    public var confidence: Double { count == 0 ? 0 : confidenceSum / Double(count) }
    /// The share of right answers; 0 of no answer.
    public var accuracy: Double { count == 0 ? 0 : Double(correct) / Double(count) }
  }

  /// The answers by confidence: 0 ..< 0.1, 0.1 ..< 0.2, … 0.9 ... 1.
  public private(set) var bins = Array(repeating: Bin(), count: Reliability.binCount)

  private static let binCount = 10

  /// No answers yet.
  public init() {}

  /// How many answers there are.
  public var count: Int { bins.reduce(0) { $0 + $1.count } }

  /// Takes in an answer.
  ///
  /// - Parameters:
  ///   - confidence: The score of the class that was named first, 0 ... 1; what lies beyond is moved to the nearer end,
  ///     and what is no number counts as 0.
  ///   - isCorrect: Whether that class is right.
  public mutating func add(confidence: Double, isCorrect: Bool) {
    let confidence = confidence.isNaN ? 0 : min(max(confidence, 0), 1)
    let place = min(Int(confidence * Double(Self.binCount)), Self.binCount - 1)
    bins[place].count += 1
    bins[place].confidenceSum += confidence
    if isCorrect { bins[place].correct += 1 }
  }

  /// The expected calibration error: Σ over the bins of (share of the answers) · |accuracy − mean confidence|.
  ///
  /// Guo et al., "On calibration of modern neural networks" (ICML 2017).
  public var expectedCalibrationError: Double {
    let all = count
    guard all > 0 else { return 0 }
    return bins.reduce(0) { $0 + abs(Double($1.correct) - $1.confidenceSum) } / Double(all)
  }
}
