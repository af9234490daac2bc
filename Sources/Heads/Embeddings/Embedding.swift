import ModelSurgery

/// A picture as the frozen network sees it: a vector of D numbers.
public struct Embedding: Sendable, Hashable {
  /// The elements in steps of ``unit``: whole numbers where the network is quantised.
  public let steps: [Float]
  /// What one step is worth: the scale of the network's output, or 1 where it is in float.
  public let unit: Float

  /// - Parameters:
  ///   - steps: The elements in steps of `unit`.
  ///   - unit: What one step is worth.
  public init(steps: [Float], unit: Float) {
    self.steps = steps
    self.unit = unit
  }

  /// The elements as real numbers.
  public var values: [Float] { steps.map { $0 * unit } }
}
