/// What an epoch of training came to.
public struct EpochResult: Sendable, Hashable, Codable {
  /// The number of the epoch, from 1.
  public let epoch: Int
  /// The mean loss of its steps.
  public let loss: Double
  /// The share of its pictures, as they were changed at random, that the network named right before each step.
  public let accuracy: Double
  /// The share of the test pictures that it names right afterwards, or nil where there are none.
  public let testAccuracy: Double?
  /// Whether the network was rounded by its end, as ``RoundingSettings`` has it.
  public let isRounded: Bool
  /// How long it took, in seconds, and what share of that its steps waited for pictures.
  public let seconds, waitingShare: Double
}
