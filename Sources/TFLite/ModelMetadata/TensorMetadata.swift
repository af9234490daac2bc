/// What a model says about one of its inputs or outputs.
public struct TensorMetadata: Sendable, Hashable {
  /// The tensor's name for people.
  public var name: Text?
  /// What it holds.
  public var description: Text?
  /// Names of its dimensions.
  public var dimensionNames: [Text] = []
  /// What kind of thing it holds.
  public var content: TensorContent?
  /// Work to be done before or after running the model, in order.
  public var processUnits: [ProcessUnit] = []
  /// The range of its numbers.
  public var stats: TensorStats?
  /// Files that go with it, such as the names of classes.
  public var associatedFiles: [AssociatedFile] = []

  /// A tensor of which nothing is said.
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

/// The range of a tensor's numbers, channel by channel; a single number is that of all channels.
public struct TensorStats: Sendable, Hashable {
  /// The greatest numbers.
  public var max: [Float]
  /// The least numbers.
  public var min: [Float]

  /// A range.
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
