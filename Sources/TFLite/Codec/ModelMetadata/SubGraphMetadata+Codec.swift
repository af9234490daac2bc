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
