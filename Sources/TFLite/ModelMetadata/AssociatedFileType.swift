/// What a file is for that goes with a model.
public struct AssociatedFileType: SchemaEnumeration {
  /// The number that files store.
  public let rawValue: Int8

  /// The value of a stored number, whether or not the schema names it.
  public init(rawValue: Int8) { self.rawValue = rawValue }

  /// The schema's names, in the order of their numbers.
  public static let names = [
    "UNKNOWN", "DESCRIPTIONS", "TENSOR_AXIS_LABELS", "TENSOR_VALUE_LABELS", "TENSOR_AXIS_SCORE_CALIBRATION",
    "VOCABULARY", "SCANN_INDEX_FILE",
  ]

  /// `TENSOR_AXIS_LABELS`: a name for each place along an axis, such as the classes of a classifier.
  public static let tensorAxisLabels = Self(rawValue: 2)
  /// `TENSOR_AXIS_SCORE_CALIBRATION`: numbers for each place along an axis.
  public static let tensorAxisScoreCalibration = Self(rawValue: 4)
}
