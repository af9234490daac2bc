/// On what grid a layer's weights are stored in whole numbers.
///
/// Training that rounds weights as the written model will, and writing them, take the grid from here, so that both round
/// alike; ``RoundedWeights`` says how. ``ActivationGrid`` is that of what layers compute.
public enum WeightGrid: String, Sendable, Hashable, Codable, CaseIterable {
  /// int8, symmetric, a scale for each channel of the output: max |w| / 127.
  case int8PerChannel = "int8"
  /// uint8 with one scale and zero point for all: what Coral's models have.
  case uint8PerTensor = "uint8"

  /// The step and the zero point for weights that lie between two numbers.
  ///
  /// - Parameters:
  ///   - lower: The least weight.
  ///   - upper: The greatest.
  /// - Returns: The step, w = scale · (q − zeroPoint), and the zero point: 0 of int8 where q is −127 … 127; of uint8 q is
  ///   1 … 255, and 0 lies on the grid exactly.
  public func encoding(lower: Float, upper: Float) -> (scale: Float, zeroPoint: Int) {
    switch self {
    case .int8PerChannel:
      let bound = max(abs(lower), abs(upper))
      return (bound > .leastNormalMagnitude ? bound / 127 : 1, 0)
    case .uint8PerTensor:
      let (lower, upper) = (min(0, lower), max(0, upper))
      let step = upper / 254 - lower / 254
      let scale = step > .leastNormalMagnitude ? step : 1
      let zeroPoint = (1 - lower / scale).rounded()
      return (scale, zeroPoint.isFinite ? Int(min(max(zeroPoint, 1), 255)) : 1)
    }
  }

  /// The least and the greatest whole number.
  public var bounds: ClosedRange<Int> {
    switch self {
    case .int8PerChannel: -127...127
    case .uint8PerTensor: 1...255
    }
  }

  /// The bytes that a network works with whose weights are on the grid.
  public var byteType: ByteType {
    switch self {
    case .int8PerChannel: .int8
    case .uint8PerTensor: .uint8
    }
  }
}
