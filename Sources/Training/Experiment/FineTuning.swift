/// How a network goes on once new classes have their rows: by descent, each class as often as any other.
public struct FineTuning: Sendable, Hashable, Codable {
  /// What moves.
  public enum Part: String, Sendable, Hashable, Codable, CaseIterable {
    /// What stands on the base: a few seconds each time.
    case head
    /// The whole network, as in the paper: minutes each time.
    case network
  }

  /// What moves.
  public var part: Part
  /// How often all pictures are gone through, those of smaller classes over and over again.
  public var epochs: Int
  /// The rate at its highest; it falls along half a cosine.
  public var rate: Double

  /// - Parameters:
  ///   - part: What moves.
  ///   - epochs: By default 4 of the head, 2 of the network.
  ///   - rate: By default 0.02 of the head, 0.001 of the network.
  public init(of part: Part, epochs: Int? = nil, rate: Double? = nil) {
    self.part = part
    self.epochs = epochs ?? (part == .head ? 4 : 2)
    self.rate = rate ?? (part == .head ? 0.02 : 0.001)
  }
}
