/// The description of a subgraph.
public struct SubGraphMetadata: Sendable, Hashable {
  /// The subgraph's name.
  public var name: Text?
  /// A description of the subgraph.
  public var description: Text?
  /// One for each of the subgraph's inputs, in their order.
  public var inputs: [TensorMetadata] = []
  /// One for each of the subgraph's outputs, in their order.
  public var outputs: [TensorMetadata] = []
  /// Files that belong to the subgraph.
  public var associatedFiles: [AssociatedFile] = []
  /// Processing of several inputs together.
  public var inputProcessUnits: [ProcessUnit] = []
  /// Processing of several outputs together.
  public var outputProcessUnits: [ProcessUnit] = []
  /// Inputs that belong together.
  public var inputTensorGroups: [TensorGroup] = []
  /// Outputs that belong together.
  public var outputTensorGroups: [TensorGroup] = []
  /// Data in custom formats.
  public var customMetadata: [CustomMetadata] = []

  /// Creates an empty description.
  public init() {}
}

extension SubGraphMetadata: TableValue {
  enum Fields {
    static let name = Field(0, "name")
    static let description = Field(1, "description")
    static let inputs = Field(2, "input_tensor_metadata")
    static let outputs = Field(3, "output_tensor_metadata")
    static let associatedFiles = Field(4, "associated_files")
    static let inputProcessUnits = Field(5, "input_process_units")
    static let outputProcessUnits = Field(6, "output_process_units")
    static let inputTensorGroups = Field(7, "input_tensor_groups")
    static let outputTensorGroups = Field(8, "output_tensor_groups")
    static let customMetadata = Field(9, "custom_metadata")
    static let count = 10
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init()
    name = try reader.text(table, Fields.name)
    description = try reader.text(table, Fields.description)
    inputs = try reader.tables(table, Fields.inputs)
    outputs = try reader.tables(table, Fields.outputs)
    associatedFiles = try reader.tables(table, Fields.associatedFiles)
    inputProcessUnits = try reader.tables(table, Fields.inputProcessUnits)
    outputProcessUnits = try reader.tables(table, Fields.outputProcessUnits)
    inputTensorGroups = try reader.tables(table, Fields.inputTensorGroups)
    outputTensorGroups = try reader.tables(table, Fields.outputTensorGroups)
    customMetadata = try reader.tables(table, Fields.customMetadata)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.name, name)
    node.add(Fields.description, description)
    node.add(Fields.inputs, inputs, [])
    node.add(Fields.outputs, outputs, [])
    node.add(Fields.associatedFiles, associatedFiles, [])
    node.add(Fields.inputProcessUnits, inputProcessUnits, [])
    node.add(Fields.outputProcessUnits, outputProcessUnits, [])
    node.add(Fields.inputTensorGroups, inputTensorGroups, [])
    node.add(Fields.outputTensorGroups, outputTensorGroups, [])
    node.add(Fields.customMetadata, customMetadata, [])
    return node
  }
}

/// Tensors that belong together.
public struct TensorGroup: Sendable, Hashable {
  /// The group's name.
  public var name: Text?
  /// The names of the tensors in the metadata.
  public var tensorNames: [Text]

  /// Creates a group of tensors.
  public init(name: Text?, tensorNames: [Text]) {
    self.name = name
    self.tensorNames = tensorNames
  }
}

extension TensorGroup: TableValue {
  enum Fields {
    static let name = Field(0, "name")
    static let tensorNames = Field(1, "tensor_names")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    name = try reader.text(table, Fields.name)
    tensorNames = try reader.texts(table, Fields.tensorNames)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.name, name)
    node.add(Fields.tensorNames, tensorNames)
    return node
  }
}

/// Data in a custom format, identified by a name.
public struct CustomMetadata: Sendable, Hashable {
  /// The name of the format.
  public var name: Text?
  /// The data, by reference; nil if the file has none.
  public var data: Bytes?

  /// Creates data with a name.
  public init(name: Text?, data: Bytes?) {
    self.name = name
    self.data = data
  }
}

extension CustomMetadata: TableValue {
  enum Fields {
    static let name = Field(0, "name")
    static let data = Field(1, "data")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    name = try reader.text(table, Fields.name)
    data = try reader.data(table, Fields.data)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.name, name)
    node.add(Fields.data, data, alignment: 16)
    return node
  }
}
