/// An operator that a model uses, and its version.
public struct OperatorCode: Sendable, Hashable {
  /// The operator's number if it is below 127, else 127; old readers use it.
  public var deprecatedBuiltinCode: Int8
  /// The name of a custom operator.
  public var customCode: Text?
  /// The version of the operator that the options and types need.
  public var version: Int32
  /// The operator's number as files since 2020 store it; 0 in older ones.
  public var storedBuiltinCode: Int32
  /// Fields newer than the known schema: their values are dropped, and a model that has any cannot be written.
  public internal(set) var newerFields: FieldSet = []

  /// Creates the code of an operator of the schema, for old and new readers.
  public init(_ builtinCode: BuiltinOperator, version: Int32 = 1) {
    deprecatedBuiltinCode = 0
    storedBuiltinCode = 0
    self.version = version
    self.builtinCode = builtinCode
  }

  /// Creates the code of a custom operator.
  public init(custom name: Text, version: Int32 = 1) {
    self.init(.custom, version: version)
    customCode = name
  }

  /// The operator: the greater of the two stored numbers. Setting it sets both.
  public var builtinCode: BuiltinOperator {
    get { BuiltinOperator(rawValue: max(storedBuiltinCode, Int32(deprecatedBuiltinCode))) }
    set {
      storedBuiltinCode = newValue.rawValue
      deprecatedBuiltinCode = Int8(clamping: newValue.rawValue)
    }
  }
}

extension OperatorCode: TableValue {
  enum Fields {
    static let deprecatedBuiltinCode = Field(0, "deprecated_builtin_code")
    static let customCode = Field(1, "custom_code")
    static let version = Field(2, "version")
    static let builtinCode = Field(3, "builtin_code")
    static let count = 4
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init(.add)
    deprecatedBuiltinCode = try reader.number(table, Fields.deprecatedBuiltinCode)
    customCode = try reader.text(table, Fields.customCode)
    version = try reader.number(table, Fields.version, standard: 1)
    storedBuiltinCode = try reader.number(table, Fields.builtinCode)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.deprecatedBuiltinCode, deprecatedBuiltinCode)
    node.add(Fields.customCode, customCode)
    node.add(Fields.version, version, standard: 1)
    node.add(Fields.builtinCode, storedBuiltinCode)
    return node
  }
}
