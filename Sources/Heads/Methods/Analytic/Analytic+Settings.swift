extension Analytic {
  /// What is chosen by leaving pictures out, and can be kept for when some are added.
  public struct Settings: Sendable, Hashable, Codable {
    /// τ: how strong the shrinkage is.
    public var tau: Double
    /// t: the factor on the scores.
    public var temperature: Double
    /// v: the mean squared distance of a picture to its class in A⁻¹.
    public var spread: Double

    /// Settings that were kept.
    public init(tau: Double, temperature: Double, spread: Double) {
      self.tau = tau
      self.temperature = temperature
      self.spread = spread
    }

    func check() throws(HeadError) {
      guard tau > 0, tau <= 1e6 else {
        throw .badSetting(name: "tau", value: "\(tau)", needed: "a number above 0, up to a million")
      }
      guard temperature > 0, temperature <= 1e6 else {
        throw .badSetting(name: "temperature", value: "\(temperature)", needed: "a number above 0, up to a million")
      }
      guard spread >= 0, spread.isFinite else {
        throw .badSetting(name: "spread", value: "\(spread)", needed: "a number from 0")
      }
    }
  }

  /// A head, and the settings that it was solved under.
  public struct Solution: Sendable {
    /// The head.
    public let solved: SolvedHead
    /// The settings.
    public let settings: Settings
  }
}
