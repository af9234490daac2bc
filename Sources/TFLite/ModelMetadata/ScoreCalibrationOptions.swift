/// How scores are calibrated with the numbers of an associated file.
public struct ScoreCalibrationOptions: Sendable, Hashable {
  /// What is done to a score first, by the schema's number.
  public var transformation: Int8
  /// The score of a class that has no numbers.
  public var defaultScore: Float

  /// A calibration; the parameters are the properties of the same names.
  public init(transformation: Int8, defaultScore: Float) {
    self.transformation = transformation
    self.defaultScore = defaultScore
  }
}
