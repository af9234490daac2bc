/// The 8-bit type of a quantised model's input or output.
public enum ByteType: String, Sendable, Hashable, CaseIterable {
  /// 0 … 255, like the bytes of pictures.
  case uint8
  /// −128 … 127, the type of the inner layers.
  case int8
}

/// The 8-bit grid of a layer's results: x = scale · (q − zeroPoint).
///
/// Fake quantisation in training and export share this grid, so that both round alike: q = clamp(round(x / scale) +
/// zeroPoint, 0 … 255).
public struct ActivationGrid: Sendable, Hashable {
  /// The step.
  public let scale: Float
  /// The zero point of uint8; that of int8 is 128 less.
  public let zeroPoint: Int

  private init(scale: Float, zeroPoint: Int) {
    self.scale = scale
    self.zeroPoint = zeroPoint
  }

  /// Creates a grid of 255 steps over a range and 0, shifted so that 0 is on the grid, as padding requires: the
  /// "nudged" range of TensorFlow's `FakeQuantWithMinMaxVars`.
  ///
  /// scale = (upper − lower) / 255, zeroPoint = round(−lower / scale), halves away from zero. For a range of only 0 the
  /// scale is 1.
  ///
  /// - Returns: nil if an end is infinite or NaN, or the ends are in the wrong order.
  public init?(lower: Float, upper: Float) {
    guard lower.isFinite, upper.isFinite, lower <= upper else { return nil }
    let (lower, upper) = (min(0, lower), max(0, upper))
    // In double precision the difference cannot overflow, and halves stay exact.
    let step = (Double(upper) - Double(lower)) / 255
    let isWide = step > Double(Float.leastNormalMagnitude)
    scale = isWide ? Float(step) : 1
    zeroPoint = isWide ? Int(min(max((-Double(lower) / step).rounded(), 0), 255)) : 0
  }

  /// Returns a grid of 256 steps from −bound to just below bound, with 0 in the middle: scale = bound / 128, zeroPoint
  /// = 128.
  ///
  /// The normalised embedding and the cosines use the bound 1, which runtimes prescribe for L2_NORMALIZATION; the
  /// cosines times the scale factor s use the bound s.
  public static func symmetric(_ bound: Float) -> ActivationGrid { ActivationGrid(scale: bound / 128, zeroPoint: 128) }

  /// The values of the first and the last byte: the nudged range.
  public var bounds: ClosedRange<Float> { -Float(zeroPoint) * scale...Float(255 - zeroPoint) * scale }

  /// Returns the grid as a tensor's encoding.
  public func encoding(_ type: ByteType) -> ElementEncoding {
    switch type {
    case .uint8: .uint8(scale: scale, zeroPoint: zeroPoint)
    case .int8: .int8(scale: scale, zeroPoint: zeroPoint - 128)
    }
  }
}

/// The 8-bit grid of a layer's weights.
///
/// Fake quantisation in training and export share this grid, so that both round alike; see ``RoundedWeights``.
/// ``ActivationGrid`` is the grid of results.
public enum WeightGrid: String, Sendable, Hashable, Codable, CaseIterable {
  /// Symmetric int8 with one scale per output channel: max |w| / 127.
  case int8PerChannel = "int8"
  /// uint8 with a single scale and zero point, as in Coral's models.
  case uint8PerTensor = "uint8"

  /// Returns the step and the zero point for weights in a range.
  ///
  /// - Parameters:
  ///   - lower: The least weight.
  ///   - upper: The greatest.
  /// - Returns: The step, w = scale · (q − zeroPoint), and the zero point. For int8 it is 0 and q is −127 … 127; for
  ///   uint8 q is 1 … 255, and 0 is on the grid.
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

  /// The least and the greatest q.
  public var bounds: ClosedRange<Int> {
    switch self {
    case .int8PerChannel: -127...127
    case .uint8PerTensor: 1...255
    }
  }

  /// The 8-bit type of a network whose weights are on the grid.
  public var byteType: ByteType {
    switch self {
    case .int8PerChannel: .int8
    case .uint8PerTensor: .uint8
    }
  }
}

/// A layer's weights quantised on a ``WeightGrid``, each rounded to the nearest step.
///
/// q = clamp(round(w / scale) + zeroPoint, the grid's bounds), with halves rounded to even, and one scale per output or
/// a single scale. Fake quantisation in training does the same, so that a trained network gives the same results in 8
/// bits.
public struct RoundedWeights: Sendable, Hashable {
  /// q in the order of the weights: uint8, or the bit patterns of int8.
  public let bytes: [UInt8]
  /// One scale, or one per output.
  public let scales: [Float]
  /// The zero point of all weights.
  public let zeroPoint: Int
  private let bounds: ClosedRange<Int>
  private let isDepthwise: Bool

  /// Quantises weights.
  ///
  /// - Parameters:
  ///   - weights: Finite weights: `[outputs, rows, columns, inputs]`, or `[1, rows, columns, outputs]` of a depthwise
  ///     layer.
  ///   - outputs: The number of outputs on a per-channel grid; 1 for a single scale.
  ///   - isDepthwise: Whether the outputs are the last dimension instead of the first.
  ///   - grid: The grid.
  ///   - room: A range that the grid must cover besides the weights.
  public init(
    _ weights: [Float], outputs: Int, isDepthwise: Bool = false, on grid: WeightGrid, room: ClosedRange<Float> = 0...0
  ) {
    self.init(weights, outputs: outputs, isDepthwise: isDepthwise, on: grid, room: room, leastScales: [])
  }

  /// - Parameter leastScales: The lower limit of each output's scale, on a per-channel grid.
  init(
    _ weights: [Float], outputs: Int, isDepthwise: Bool, on grid: WeightGrid, room: ClosedRange<Float> = 0...0,
    leastScales: [Float]
  ) {
    let count = grid == .int8PerChannel && weights.count.isMultiple(of: max(1, outputs)) ? max(1, outputs) : 1
    let size = weights.count / count
    func output(of place: Int) -> Int { isDepthwise ? place % count : place / max(1, size) }
    var lower = Array(repeating: room.lowerBound, count: count)
    var upper = Array(repeating: room.upperBound, count: count)
    for (place, weight) in weights.enumerated() {
      lower[output(of: place)] = min(lower[output(of: place)], weight)
      upper[output(of: place)] = max(upper[output(of: place)], weight)
    }
    let encodings = zip(lower, upper).map { grid.encoding(lower: $0, upper: $1) }
    var scales = encodings.map(\.scale)
    if leastScales.count == count { scales = zip(scales, leastScales).map { max($0, $1) } }
    let zeroPoint = encodings[0].zeroPoint
    let bounds = grid.bounds
    bytes = weights.enumerated().map { place, weight in
      let step = (weight / scales[output(of: place)]).rounded(.toNearestOrEven) + Float(zeroPoint)
      let whole = Int(min(max(step, Float(bounds.lowerBound)), Float(bounds.upperBound)))
      return UInt8(truncatingIfNeeded: whole)
    }
    self.scales = scales
    self.zeroPoint = zeroPoint
    self.bounds = bounds
    self.isDepthwise = isDepthwise
  }

  /// The dequantised weights: scale · (q − zeroPoint).
  public var values: [Float] {
    let size = max(1, bytes.count / scales.count)
    return bytes.enumerated().map { place, byte in
      let step = bounds.lowerBound < 0 ? Int(Int8(bitPattern: byte)) : Int(byte)
      return scales[isDepthwise ? place % scales.count : place / size] * Float(step - zeroPoint)
    }
  }
}
