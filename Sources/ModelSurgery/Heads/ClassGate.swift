/// What decides between a base's classes and new ones: a new class wins where θ − α D² is above the base's greatest logit.
public struct ClassGate: Sendable, Hashable {
  /// θ.
  public let offset: Float
  /// α.
  public let slope: Float

  /// A gate.
  ///
  /// - Throws: ``SurgeryError/unsuitable(tensor:because:)`` where a number is not finite or α not positive.
  public init(offset: Float, slope: Float) throws(SurgeryError) {
    guard offset.isFinite, slope.isFinite, slope > 0 else {
      throw .unsuitable(tensor: "of the new classes' gate", because: "its offset is \(offset) and its slope \(slope)")
    }
    self.offset = offset
    self.slope = slope
  }
}
