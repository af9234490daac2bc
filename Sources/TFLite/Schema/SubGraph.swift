/// A graph: tensors, and the operators that compute them, in the order of execution.
public struct SubGraph: Sendable, Hashable {
  /// All tensors of the graph; the indices of inputs and outputs refer to them.
  public var tensors: [Tensor] = []
  /// The indices of the tensors that a caller fills in.
  public var inputs: [Int32] = []
  /// The indices of the tensors that a caller reads.
  public var outputs: [Int32] = []
  /// The operators, in the order of execution.
  public var operators: [Operator] = []
  /// The graph's name.
  public var name: Text?
  /// An index into debugging metadata, or -1.
  public var debugMetadataIndex: Int32 = -1
  /// The vectors that the file stores empty.
  public var storedEmpty: FieldSet = []
  /// Fields newer than the known schema: their values are dropped, and a model that has any cannot be written.
  public internal(set) var newerFields: FieldSet = []

  /// Creates an empty graph.
  public init() {}

  /// Returns the tensor at an index, or nil for -1 and other indices that point to none.
  public func tensor(_ index: Int32) -> Tensor? {
    Int(exactly: index).flatMap { tensors.indices.contains($0) ? tensors[$0] : nil }
  }
}

extension SubGraph: TableValue {
  enum Fields {
    static let tensors = Field(0, "tensors")
    static let inputs = Field(1, "inputs")
    static let outputs = Field(2, "outputs")
    static let operators = Field(3, "operators")
    static let name = Field(4, "name")
    static let debugMetadataIndex = Field(5, "debug_metadata_index")
    static let count = 6
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init()
    tensors = try reader.nestedTables(table, Fields.tensors, &storedEmpty)
    inputs = try reader.numbers(table, Fields.inputs, &storedEmpty)
    outputs = try reader.numbers(table, Fields.outputs, &storedEmpty)
    operators = try reader.nestedTables(table, Fields.operators, &storedEmpty)
    name = try reader.text(table, Fields.name)
    debugMetadataIndex = try reader.number(table, Fields.debugMetadataIndex, standard: -1)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.tensors, tensors, storedEmpty)
    node.add(Fields.inputs, inputs, storedEmpty)
    node.add(Fields.outputs, outputs, storedEmpty)
    node.add(Fields.operators, operators, storedEmpty)
    node.add(Fields.name, name)
    node.add(Fields.debugMetadataIndex, debugMetadataIndex, standard: -1)
    return node
  }
}
