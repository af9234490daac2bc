/// The description of an input or output of a model.
public struct TensorMetadata: Sendable, Hashable {
  /// The tensor's name in the metadata.
  public var name: Text?
  /// A description of the tensor.
  public var description: Text?
  /// The names of the dimensions.
  public var dimensionNames: [Text] = []
  /// The kind of content.
  public var content: TensorContent?
  /// Processing before or after running the model, in order.
  public var processUnits: [ProcessUnit] = []
  /// The range of the tensor's values.
  public var stats: TensorStats?
  /// Files that belong to the tensor, such as the class names.
  public var associatedFiles: [AssociatedFile] = []

  /// Creates an empty description.
  public init() {}
}

extension TensorMetadata: TableValue {
  enum Fields {
    static let name = Field(0, "name")
    static let description = Field(1, "description")
    static let dimensionNames = Field(2, "dimension_names")
    static let content = Field(3, "content")
    static let processUnits = Field(4, "process_units")
    static let stats = Field(5, "stats")
    static let associatedFiles = Field(6, "associated_files")
    static let count = 7
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init()
    name = try reader.text(table, Fields.name)
    description = try reader.text(table, Fields.description)
    dimensionNames = try reader.texts(table, Fields.dimensionNames)
    content = try reader.nested(table, Fields.content)
    processUnits = try reader.tables(table, Fields.processUnits)
    stats = try reader.nested(table, Fields.stats)
    associatedFiles = try reader.tables(table, Fields.associatedFiles)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.name, name)
    node.add(Fields.description, description)
    node.add(Fields.dimensionNames, dimensionNames)
    node.add(Fields.content, content)
    node.add(Fields.processUnits, processUnits, [])
    node.add(Fields.stats, stats)
    node.add(Fields.associatedFiles, associatedFiles, [])
    return node
  }
}

/// The range of a tensor's values for each channel; a single number applies to all channels.
public struct TensorStats: Sendable, Hashable {
  /// The greatest values.
  public var max: [Float]
  /// The least values.
  public var min: [Float]

  /// Creates a range.
  public init(max: [Float], min: [Float]) {
    self.max = max
    self.min = min
  }
}

extension TensorStats: TableValue {
  enum Fields {
    static let max = Field(0, "max")
    static let min = Field(1, "min")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    max = try reader.numbers(table, Fields.max)
    min = try reader.numbers(table, Fields.min)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.max, max, [])
    node.add(Fields.min, min, [])
    return node
  }
}
