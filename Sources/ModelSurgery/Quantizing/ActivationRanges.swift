/// Between which numbers a model's tensors lie when it runs: what calibration pictures tell, and all that quantising needs
/// to know of them.
///
/// The value can be kept, as JSON, and used on a machine that has no pictures.
public struct ActivationRanges: Sendable, Hashable, Codable {
  /// The least and the greatest number that a tensor is to hold.
  public struct Range: Sendable, Hashable, Codable {
    /// The ends. Both are finite, and `lower` is not above `upper`, where quantising takes the range.
    public let lower, upper: Float

    /// A range; the parameters are the properties of the same names.
    public init(lower: Float, upper: Float) {
      self.lower = lower
      self.upper = upper
    }

    /// Reads a list of the two ends.
    public init(from decoder: any Decoder) throws {
      var ends = try decoder.unkeyedContainer()
      lower = try ends.decode(Float.self)
      upper = try ends.decode(Float.self)
    }

    /// Writes a list of the two ends.
    public func encode(to encoder: any Encoder) throws {
      var ends = encoder.unkeyedContainer()
      try ends.encode(lower)
      try ends.encode(upper)
    }
  }

  /// Which model they were measured with: its ``Quantization/fingerprint``.
  public let model: String
  /// How many pictures they were measured on.
  public let pictures: Int
  /// The range of each measured tensor, by the names of ``Quantization/activations``.
  public let ranges: [String: Range]

  /// Ranges; the parameters are the properties of the same names.
  public init(model: String, pictures: Int, ranges: [String: Range]) {
    self.model = model
    self.pictures = pictures
    self.ranges = ranges
  }
}
