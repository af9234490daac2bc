/// A named way to call a graph of the model, with names for its inputs and outputs.
public struct SignatureDef: Sendable, Hashable {
  /// The names of the inputs.
  public var inputs: [TensorMap] = []
  /// The names of the outputs.
  public var outputs: [TensorMap] = []
  /// The signature's own name, such as `serving_default`.
  public var signatureKey: Text?
  /// A tag in old files.
  public var deprecatedTag: Text?
  /// The index of the graph that is called.
  public var subgraphIndex: UInt32 = 0
  /// The vectors that the file stores empty.
  public var storedEmpty: FieldSet = []
  /// Fields newer than the known schema: their values are dropped, and a model that has any cannot be written.
  public internal(set) var newerFields: FieldSet = []

  /// Creates a signature of the first graph without name, inputs or outputs.
  public init() {}
}

extension SignatureDef: TableValue {
  enum Fields {
    static let inputs = Field(0, "inputs")
    static let outputs = Field(1, "outputs")
    static let signatureKey = Field(2, "signature_key")
    static let deprecatedTag = Field(3, "deprecated_tag")
    static let subgraphIndex = Field(4, "subgraph_index")
    static let count = 5
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init()
    inputs = try reader.nestedTables(table, Fields.inputs, &storedEmpty)
    outputs = try reader.nestedTables(table, Fields.outputs, &storedEmpty)
    signatureKey = try reader.text(table, Fields.signatureKey)
    deprecatedTag = try reader.text(table, Fields.deprecatedTag)
    subgraphIndex = try reader.number(table, Fields.subgraphIndex)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.inputs, inputs, storedEmpty)
    node.add(Fields.outputs, outputs, storedEmpty)
    node.add(Fields.signatureKey, signatureKey)
    node.add(Fields.deprecatedTag, deprecatedTag)
    node.add(Fields.subgraphIndex, subgraphIndex)
    return node
  }
}

/// A name for a tensor.
public struct TensorMap: Sendable, Hashable {
  /// The name.
  public var name: Text?
  /// The tensor's index in the signature's graph.
  public var tensorIndex: UInt32
  /// Fields newer than the known schema: their values are dropped, and a model that has any cannot be written.
  public internal(set) var newerFields: FieldSet = []

  /// Creates a name for the tensor at an index.
  public init(name: Text?, tensorIndex: UInt32) {
    self.name = name
    self.tensorIndex = tensorIndex
  }
}

extension TensorMap: TableValue {
  enum Fields {
    static let name = Field(0, "name")
    static let tensorIndex = Field(1, "tensor_index")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    name = try reader.text(table, Fields.name)
    tensorIndex = try reader.number(table, Fields.tensorIndex)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.name, name)
    node.add(Fields.tensorIndex, tensorIndex)
    return node
  }
}
