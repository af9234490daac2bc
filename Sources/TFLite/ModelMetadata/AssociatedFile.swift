/// A file that belongs to a model or a tensor, packed in a zip after the model.
public struct AssociatedFile: Sendable, Hashable {
  /// The file's name in the zip.
  public var name: Text?
  /// A description of the file.
  public var description: Text?
  /// The file's purpose.
  public var type: AssociatedFileType
  /// The file's language, such as `en-US`.
  public var locale: Text?
  /// The file's version.
  public var version: Text?

  /// Creates a file with a name and a purpose.
  public init(name: Text?, type: AssociatedFileType) {
    self.name = name
    self.type = type
  }
}

extension AssociatedFile: TableValue {
  enum Fields {
    static let name = Field(0, "name")
    static let description = Field(1, "description")
    static let type = Field(2, "type")
    static let locale = Field(3, "locale")
    static let version = Field(4, "version")
    static let count = 5
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init(name: nil, type: AssociatedFileType(rawValue: 0))
    name = try reader.text(table, Fields.name)
    description = try reader.text(table, Fields.description)
    type = AssociatedFileType(rawValue: try reader.number(table, Fields.type))
    locale = try reader.text(table, Fields.locale)
    version = try reader.text(table, Fields.version)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.name, name)
    node.add(Fields.description, description)
    node.add(Fields.type, type.rawValue)
    node.add(Fields.locale, locale)
    node.add(Fields.version, version)
    return node
  }
}

/// The purpose of an associated file.
public struct AssociatedFileType: SchemaEnumeration {
  /// The number that files store.
  public let rawValue: Int8

  /// Creates the value of a stored number, whether or not the schema names it.
  public init(rawValue: Int8) { self.rawValue = rawValue }

  /// The schema's names, in the order of their numbers.
  public static let names = [
    "UNKNOWN", "DESCRIPTIONS", "TENSOR_AXIS_LABELS", "TENSOR_VALUE_LABELS", "TENSOR_AXIS_SCORE_CALIBRATION",
    "VOCABULARY", "SCANN_INDEX_FILE",
  ]

  /// `TENSOR_AXIS_LABELS`: a name for each index along an axis, such as the class names.
  public static let tensorAxisLabels = Self(rawValue: 2)
  /// `TENSOR_AXIS_SCORE_CALIBRATION`: calibration parameters for each index along an axis.
  public static let tensorAxisScoreCalibration = Self(rawValue: 4)
}
