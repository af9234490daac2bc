#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The learning rate during training: warm-up, peak and schedule.
public struct LearningRate: Sendable, Hashable, Codable {
  /// How the learning rate falls.
  public enum Schedule: Sendable, Hashable, Codable {
    /// It stays at its peak.
    case constant
    /// It is multiplied by `factor` every `epochs` epochs: smoothly, or in steps if `isStaircase`.
    case exponential(factor: Double, epochs: Double, isStaircase: Bool)
    /// It falls along half a cosine to the fraction `end` of the peak: Loshchilov and Hutter, "SGDR" (2017), without
    /// restarts.
    case cosine(end: Double)
    /// It is multiplied by `factor` at each of the given epochs.
    case steps(epochs: [Double], factor: Double)

    /// Whether all numbers are within their ranges.
    var isValid: Bool {
      switch self {
      case .constant: true
      case .exponential(let factor, let epochs, _): factor > 0 && factor.isFinite && epochs > 0 && epochs.isFinite
      case .cosine(let end): end >= 0 && end <= 1
      case .steps(let epochs, let factor): factor > 0 && factor.isFinite && epochs.allSatisfy(\.isFinite)
      }
    }
  }

  /// The highest rate.
  public var peak: Double
  /// How it falls.
  public var schedule: Schedule
  /// The length of the linear warm-up in epochs: Goyal et al. (2017).
  public var warmUp: Double

  // The names in checkpoints.
  private enum CodingKeys: String, CodingKey {
    case peak
    case schedule = "course"
    case warmUp
  }

  public init(peak: Double, schedule: Schedule = .cosine(end: 0), warmUp: Double = 0) {
    self.peak = peak
    self.schedule = schedule
    self.warmUp = warmUp
  }

  /// Returns the rate of a step.
  ///
  /// - Parameters:
  ///   - step: The number of the step, from 0.
  ///   - stepsPerEpoch: The number of steps in an epoch.
  ///   - epochs: The length of the training.
  public func rate(step: Int, stepsPerEpoch: Int, epochs: Double) -> Double {
    let epoch = Double(step) / Double(max(1, stepsPerEpoch))
    let growth = warmUp > 0 ? min(1, (Double(step) + 1) / max(1, warmUp * Double(stepsPerEpoch))) : 1
    return peak * growth * share(epoch: epoch, epochs: epochs)
  }

  private func share(epoch: Double, epochs: Double) -> Double {
    switch schedule {
    case .constant: return 1
    case .exponential(let factor, let length, let isStaircase):
      let times = epoch / max(length, .leastNormalMagnitude)
      return pow(factor, isStaircase ? times.rounded(.down) : times)
    case .cosine(let end):
      let progress = epochs > warmUp ? min(1, max(0, (epoch - warmUp) / (epochs - warmUp))) : 0
      return end + (1 - end) * (1 + cos(.pi * progress)) / 2
    case .steps(let places, let factor):
      return pow(factor, Double(places.count { $0 <= epoch }))
    }
  }
}
