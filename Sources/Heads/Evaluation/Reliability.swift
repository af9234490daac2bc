/// The calibration of a classifier's scores: the confidence of the predictions compared with the share that is correct.
public struct Reliability: Sendable, Hashable, Codable {
  /// The predictions whose confidence is within one tenth of 0 ... 1.
  public struct Bin: Sendable, Hashable, Codable {
    /// The number of predictions.
    public internal(set) var count = 0
    /// The number of correct predictions.
    public internal(set) var correct = 0
    /// The sum of the confidences.
    public internal(set) var confidenceSum = 0.0

    /// The mean confidence; 0 without predictions.
    public var confidence: Double { count == 0 ? 0 : confidenceSum / Double(count) }
    /// The share of correct predictions; 0 without predictions.
    public var accuracy: Double { count == 0 ? 0 : Double(correct) / Double(count) }
  }

  /// The predictions by confidence: 0 ..< 0.1, 0.1 ..< 0.2, … 0.9 ... 1.
  public private(set) var bins = Array(repeating: Bin(), count: Reliability.binCount)

  private static let binCount = 10

  /// Creates bins without predictions.
  public init() {}

  /// The number of predictions.
  public var count: Int { bins.reduce(0) { $0 + $1.count } }

  /// Adds a prediction.
  ///
  /// - Parameters:
  ///   - confidence: The score of the predicted class, 0 ... 1. Values outside are clamped, and NaN counts as 0.
  ///   - isCorrect: Whether the prediction is correct.
  public mutating func add(confidence: Double, isCorrect: Bool) {
    let confidence = confidence.isNaN ? 0 : min(max(confidence, 0), 1)
    let place = min(Int(confidence * Double(Self.binCount)), Self.binCount - 1)
    bins[place].count += 1
    bins[place].confidenceSum += confidence
    if isCorrect { bins[place].correct += 1 }
  }

  /// The expected calibration error: Σ over the bins of (share of the predictions) · |accuracy − mean confidence|.
  ///
  /// Guo et al., "On calibration of modern neural networks" (ICML 2017).
  public var expectedCalibrationError: Double {
    let all = count
    guard all > 0 else { return 0 }
    return bins.reduce(0) { $0 + abs(Double($1.correct) - $1.confidenceSum) } / Double(all)
  }
}
