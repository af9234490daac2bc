import Heads

/// What a model file says of a class that imprinting made.
public struct ImprintingRecord: Sendable, Hashable, Codable {
  /// The class's id.
  public let classID: Int
  /// How many pictures it was made from, or nil where the file does not say.
  public let pictures: Int?
  /// ‖Σx‖ over its embeddings.
  public let norm: Double
}
