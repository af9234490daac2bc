/// A graph: tensors, and the operators that compute some from others, in the order of execution.
public struct SubGraph: Sendable, Hashable {
  /// All tensors of the graph; every index below points into it.
  public var tensors: [Tensor] = []
  /// The tensors that a caller fills in.
  public var inputs: [Int32] = []
  /// The tensors that a caller reads.
  public var outputs: [Int32] = []
  /// The operators, in the order of execution.
  public var operators: [Operator] = []
  /// The graph's name.
  public var name: Text?
  /// An index into debugging metadata, or -1.
  public var debugMetadataIndex: Int32 = -1
  /// The vectors that are stored with no element.
  public var storedEmpty: FieldSet = []
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// A graph with nothing in it.
  public init() {}

  /// The tensor of an index that an operator or a list of inputs holds, or nil for -1 and other indices of none.
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
