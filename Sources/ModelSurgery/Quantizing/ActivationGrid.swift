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
