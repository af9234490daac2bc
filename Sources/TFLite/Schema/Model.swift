/// A TensorFlow Lite model as a value: everything that a `.tflite` file holds, with the weights by reference.
///
/// The properties have the schema's names and meanings. `storedEmpty` distinguishes a vector that the file stores empty
/// from an absent one; most code can ignore it.
public struct Model: Sendable, Hashable {
  /// The version of the schema: 3 for every model that can be read or written.
  public var version: UInt32 = 3
  /// The operators that the model uses; ``Operator/opcodeIndex`` is an index into them.
  public var operatorCodes: [OperatorCode] = []
  /// The graphs; the first is the main one.
  public var subgraphs: [SubGraph] = []
  /// A description of the model.
  public var description: Text?
  /// The data of constant tensors and metadata. By convention the first is empty, for tensors without data.
  public var buffers: [Buffer] = []
  /// Indices of buffers that hold metadata, as files stored it before ``metadata``.
  public var metadataBuffer: [Int32] = []
  /// Named buffers with data about the model.
  public var metadata: [Metadata] = []
  /// Named ways to call the model.
  public var signatureDefs: [SignatureDef] = []
  /// The files that hold the external buffers.
  public var externalBufferGroups: [ExternalBufferGroup] = []
  /// The data of constant tensors in other files.
  public var externalBuffers: [ExternalBuffer] = []
  /// The bytes after the flatbuffer and all data that it points to, such as an appended zip of label files. They are
  /// written last, unchanged. Some builders leave a few unused bytes there.
  public var trailing = Bytes()
  /// The least offset in the file at which ``trailing`` is written: where a zip began in the file that was read, else
  /// 0. The offsets within the zip then stay valid, or are all too small by the same number, which zip readers
  /// tolerate.
  public var trailingOffset = 0
  /// The vectors that the file stores empty.
  public var storedEmpty: FieldSet = []
  /// Fields newer than the known schema: their values are dropped, and a model that has any cannot be written.
  public internal(set) var newerFields: FieldSet = []

  /// The four bytes that mark a TensorFlow Lite file, from its fifth byte on.
  public static let fileIdentifier = "TFL3"

  /// Creates an empty model of version 3, without even the empty first buffer.
  public init() {}
}

extension Model {
  /// Returns the operator's code, or nil if its index points to none.
  public func operatorCode(of op: Operator) -> OperatorCode? {
    Int(exactly: op.opcodeIndex).flatMap { operatorCodes.indices.contains($0) ? operatorCodes[$0] : nil }
  }

  /// Returns which operator of the schema it is (`CUSTOM` for custom ones), or nil if it has no valid code.
  public func builtinOperator(of op: Operator) -> BuiltinOperator? { operatorCode(of: op)?.builtinCode }

  /// Returns the buffer of a tensor, or nil if its index points to none.
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
