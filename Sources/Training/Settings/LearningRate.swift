#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How long the steps of training are, from beginning to end.
public struct LearningRate: Sendable, Hashable, Codable {
  /// How the rate falls.
  public enum Course: Sendable, Hashable, Codable {
    /// Not at all.
    case constant
    /// By a factor in so many epochs: smoothly, or at once with `isStaircase`.
    case exponential(factor: Double, epochs: Double, isStaircase: Bool)
    /// Along half a cosine to a share of the peak: Loshchilov and Hutter, "SGDR" (2017), without restarts.
    case cosine(end: Double)
    /// By a factor at each of some epochs.
    case steps(epochs: [Double], factor: Double)
  }

  /// The rate at its highest.
  public var peak: Double
  /// How it falls.
  public var course: Course
  /// Through how many epochs it grows from next to nothing to its course: Goyal et al. (2017).
  public var warmUp: Double

  public init(peak: Double, course: Course = .cosine(end: 0), warmUp: Double = 0) {
    self.peak = peak
    self.course = course
    self.warmUp = warmUp
  }

  /// The rate of a step.
  ///
  /// - Parameters:
  ///   - step: The number of the step, from 0.
  ///   - stepsPerEpoch: How many there are in an epoch.
  ///   - epochs: For how many epochs is trained.
  public func rate(step: Int, stepsPerEpoch: Int, epochs: Double) -> Double {
    let epoch = Double(step) / Double(max(1, stepsPerEpoch))
    let growth = warmUp > 0 ? min(1, (Double(step) + 1) / max(1, warmUp * Double(stepsPerEpoch))) : 1
    return peak * growth * share(epoch: epoch, epochs: epochs)
  }

  private func share(epoch: Double, epochs: Double) -> Double {
    switch course {
    case .constant: return 1
    case .exponential(let factor, let length, let isStaircase):
      let times = epoch / max(length, .leastNormalMagnitude)
      return pow(factor, isStaircase ? times.rounded(.down) : times)
    case .cosine(let end):
      let way = epochs > warmUp ? min(1, max(0, (epoch - warmUp) / (epochs - warmUp))) : 0
      return end + (1 - end) * (1 + cos(.pi * way)) / 2
    case .steps(let places, let factor):
      return pow(factor, Double(places.count { $0 <= epoch }))
    }
  }
}
