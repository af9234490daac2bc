/// A TensorFlow Lite model as a value: everything that a `.tflite` file holds, weights by reference.
///
/// The fields have the schema's names and meanings. A vector that a file stores with no element differs from one that is
/// absent only in `storedEmpty`; where the difference does not matter it can be left alone.
public struct Model: Sendable, Hashable {
  /// The version of the schema: 3 for every model that can be read or written here.
  public var version: UInt32 = 3
  /// The operators that the model uses, which an ``Operator/opcodeIndex`` points into.
  public var operatorCodes: [OperatorCode] = []
  /// The graphs; the first is the main one.
  public var subgraphs: [SubGraph] = []
  /// What the model says about itself.
  public var description: Text?
  /// The data of constant tensors and of metadata. The first is empty by convention: what a tensor without data names.
  public var buffers: [Buffer] = []
  /// Indices of buffers that hold metadata: the old way, before ``metadata``.
  public var metadataBuffer: [Int32] = []
  /// Named buffers with data about the model.
  public var metadata: [Metadata] = []
  /// Named ways to call the model.
  public var signatureDefs: [SignatureDef] = []
  /// The files that hold the external buffers.
  public var externalBufferGroups: [ExternalBufferGroup] = []
  /// Data of constant tensors that lies in other files.
  public var externalBuffers: [ExternalBuffer] = []
  /// The bytes that follow the flatbuffer and all data that it points to, such as an appended zip of label files. They
  /// are written last, and unchanged. Some builders leave a few unused bytes of their own there.
  public var trailing = Bytes()
  /// The least offset from the file's start at which ``trailing`` is written: where a zip began in the file that was
  /// read, else 0. The offsets that a zip holds then stay valid or are all short by the same number, which readers of
  /// zips allow for.
  public var trailingOffset = 0
  /// The vectors that are stored with no element.
  public var storedEmpty: FieldSet = []
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// The four bytes that mark a TensorFlow Lite file, from its fifth byte on.
  public static let fileIdentifier = "TFL3"

  /// A model of version 3 with nothing in it, not even the empty first buffer.
  public init() {}
}

extension Model {
  /// The operator's code, or nil where its index points to none.
  public func operatorCode(of op: Operator) -> OperatorCode? {
    Int(exactly: op.opcodeIndex).flatMap { operatorCodes.indices.contains($0) ? operatorCodes[$0] : nil }
  }

  /// Which operator of the schema it is (`CUSTOM` for custom ones), or nil where its code's index points to none.
  public func builtinOperator(of op: Operator) -> BuiltinOperator? { operatorCode(of: op)?.builtinCode }

  /// The buffer that a tensor names, or nil where its index points to none.
  public func buffer(of tensor: Tensor) -> Buffer? {
    Int(exactly: tensor.buffer).flatMap { buffers.indices.contains($0) ? buffers[$0] : nil }
  }
}

extension Model: TableValue {
  enum Fields {
    static let version = Field(0, "version")
    static let operatorCodes = Field(1, "operator_codes")
    static let subgraphs = Field(2, "subgraphs")
    static let description = Field(3, "description")
    static let buffers = Field(4, "buffers")
    static let metadataBuffer = Field(5, "metadata_buffer")
    static let metadata = Field(6, "metadata")
    static let signatureDefs = Field(7, "signature_defs")
    static let externalBufferGroups = Field(8, "external_buffer_groups")
    static let externalBuffers = Field(9, "external_buffers")
    static let count = 10
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init()
    version = try reader.number(table, Fields.version)
    guard version == 3 else { throw .unsupportedVersion(version) }
    operatorCodes = try reader.nestedTables(table, Fields.operatorCodes, &storedEmpty)
    subgraphs = try reader.nestedTables(table, Fields.subgraphs, &storedEmpty)
    description = try reader.text(table, Fields.description)
    buffers = try reader.nestedTables(table, Fields.buffers, &storedEmpty)
    metadataBuffer = try reader.numbers(table, Fields.metadataBuffer, &storedEmpty)
    metadata = try reader.nestedTables(table, Fields.metadata, &storedEmpty)
    signatureDefs = try reader.nestedTables(table, Fields.signatureDefs, &storedEmpty)
    externalBufferGroups = try reader.nestedTables(table, Fields.externalBufferGroups, &storedEmpty)
    externalBuffers = try reader.nestedTables(table, Fields.externalBuffers, &storedEmpty)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.version, version)
    node.add(Fields.operatorCodes, operatorCodes, storedEmpty)
    node.add(Fields.subgraphs, subgraphs, storedEmpty)
    node.add(Fields.description, description)
    node.add(Fields.buffers, buffers, storedEmpty)
    node.add(Fields.metadataBuffer, metadataBuffer, storedEmpty)
    node.add(Fields.metadata, metadata, storedEmpty)
    node.add(Fields.signatureDefs, signatureDefs, storedEmpty)
    node.add(Fields.externalBufferGroups, externalBufferGroups, storedEmpty)
    node.add(Fields.externalBuffers, externalBuffers, storedEmpty)
    return node
  }
}
