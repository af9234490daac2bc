/// How new classes are weighed against those of a base: a new class wins where θ − α D² is above the base's greatest logit,
/// D² being the distance of ``NoveltyScore`` to the nearest new class.
public struct BaseClassCalibration: Sendable, Hashable {
  /// θ.
  public let offset: Float
  /// α.
  public let slope: Float

  /// Creates a calibration.
  ///
  /// - Throws: ``SurgeryError/badNumbers(of:because:)`` where a number is not finite or α not positive.
  public init(offset: Float, slope: Float) throws(SurgeryError) {
    guard offset.isFinite, slope.isFinite, slope > 0 else {
      throw .badNumbers(of: "the base-class calibration", because: "the offset is \(offset) and the slope \(slope)")
    }
    self.offset = offset
    self.slope = slope
  }
}
