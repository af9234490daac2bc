#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What is told while a network is trained.
public enum TrainingEvent: Sendable {
  /// So many of all pictures have been embedded by a frozen base.
  case embedding(done: Int, of: Int)
  /// It begins, or goes on after so many steps.
  case begins(stepsPerEpoch: Int, step: Int)
  /// A step is over.
  case step(TrainingProgress)
  /// An epoch is over; `isBest` where no earlier one did better on the test pictures.
  case epoch(EpochResult, isBest: Bool)
}
