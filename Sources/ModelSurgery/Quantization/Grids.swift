/// A layer's weights in whole numbers on a ``WeightGrid``: each is rounded to the nearest step, and nothing else.
///
/// q = clamp(round(w / scale) + zeroPoint, the grid's bounds), halves to even, with the scale of the weight's output. It is
/// what training's fake quantisation does, so that a trained network answers in bytes as it did in training.
public struct RoundedWeights: Sendable, Hashable {
  /// q, in the order of the weights: bytes of uint8, or of int8 as their bit patterns.
  public let bytes: [UInt8]
  /// One scale, or one an output.
  public let scales: [Float]
  /// One for all.
  public let zeroPoint: Int
  private let bounds: ClosedRange<Int>
  private let isDepthwise: Bool

  /// Rounds weights.
  ///
  /// - Parameters:
  ///   - weights: All finite: `[outputs, rows, columns, inputs]`, or of a depthwise layer `[1, rows, columns, outputs]`.
  ///   - outputs: How many outputs have a scale each, on a grid by channel; 1 for one scale in all.
  ///   - isDepthwise: Whether the outputs are the last dimension and not the first.
  ///   - grid: The grid.
  ///   - room: Numbers that the grid has to reach beside the weights.
  public init(
    _ weights: [Float], outputs: Int, isDepthwise: Bool = false, on grid: WeightGrid, room: ClosedRange<Float> = 0...0
  ) {
    self.init(weights, outputs: outputs, isDepthwise: isDepthwise, on: grid, room: room, leastScales: [])
  }

  /// - Parameter leastScales: What the scale of each output must not be below; of a grid by channel.
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

  /// What the whole numbers stand for: scale · (q − zeroPoint).
  public var values: [Float] {
    let size = max(1, bytes.count / scales.count)
    return bytes.enumerated().map { place, byte in
      let step = bounds.lowerBound < 0 ? Int(Int8(bitPattern: byte)) : Int(byte)
      return scales[isDepthwise ? place % scales.count : place / size] * Float(step - zeroPoint)
    }
  }
}

/// On what grid a layer's results are stored in bytes: x = scale · (q − zeroPoint).
///
/// Training that rounds results as the written model will, and writing it, take the grid from here, so that both round
/// alike: q = clamp(round(x / scale) + zeroPoint, 0 … 255).
public struct ActivationGrid: Sendable, Hashable {
  /// The step.
  public let scale: Float
  /// Which byte of uint8 stands for 0; that of int8 is 128 less.
  public let zeroPoint: Int

  private init(scale: Float, zeroPoint: Int) {
    self.scale = scale
    self.zeroPoint = zeroPoint
  }

  /// 255 steps over a range and 0, shifted so that 0, which padding needs to be exact, lies on one: the "nudged" range of
  /// TensorFlow's `FakeQuantWithMinMaxVars`.
  ///
  /// scale = (upper − lower) / 255, zeroPoint = round(−lower / scale), halves away from zero; of a range of zeros only, the
  /// scale is 1.
  ///
  /// - Returns: Nil where an end is infinite or none (NaN), or the ends are in the wrong order.
  public init?(lower: Float, upper: Float) {
    guard lower.isFinite, upper.isFinite, lower <= upper else { return nil }
    let (lower, upper) = (min(0, lower), max(0, upper))
    // In double precision the difference cannot overflow, and half a step is half a step.
    let step = (Double(upper) - Double(lower)) / 255
    let isWide = step > Double(Float.leastNormalMagnitude)
    scale = isWide ? Float(step) : 1
    zeroPoint = isWide ? Int(min(max((-Double(lower) / step).rounded(), 0), 255)) : 0
  }

  /// 256 steps from −bound to just below bound, with 0 in the middle: scale = bound / 128, zeroPoint = 128.
  ///
  /// The normalised embedding and its products with the classes' rows are stored with the bound 1, which runtimes
  /// prescribe for L2_NORMALIZATION; the products with the scale factor s with the bound s.
  public static func symmetric(_ bound: Float) -> ActivationGrid { ActivationGrid(scale: bound / 128, zeroPoint: 128) }

  /// The numbers that the first and the last byte stand for: the nudged range.
  public var bounds: ClosedRange<Float> { -Float(zeroPoint) * scale...Float(255 - zeroPoint) * scale }

  /// How a tensor says it.
  public func encoding(_ type: ByteType) -> ElementEncoding {
    switch type {
    case .uint8: .uint8(scale: scale, zeroPoint: zeroPoint)
    case .int8: .int8(scale: scale, zeroPoint: zeroPoint - 128)
    }
  }
}

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

/// The type of the bytes that a quantised model takes or gives.
public enum ByteType: String, Sendable, Hashable, CaseIterable {
  /// 0 … 255: pictures as they are.
  case uint8
  /// −128 … 127: what the layers themselves work with.
  case int8
}
