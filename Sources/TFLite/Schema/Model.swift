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
