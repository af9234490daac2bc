#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A picture to learn from: its class, and where its file lies.
public struct TrainingExample: Sendable, Hashable {
  /// Where a picture's file lies.
  public enum Picture: Sendable, Hashable {
    /// It is a file of its own.
    case file(URL)
    /// It lies within a TFRecord file of the data.
    case record(RecordSlice)
  }

  /// The class: a place among ``TrainingData/labels``.
  public let label: Int
  /// The picture.
  public let picture: Picture
}
