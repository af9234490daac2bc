/// A tensor of a graph: its shape and type and, if it is constant, the buffer with its data.
public struct Tensor: Sendable, Hashable {
  /// The size of each dimension; empty for a scalar.
  public var shape: [Int32]
  /// The type of the elements.
  public var type: TensorType
  /// The index of the buffer with the data; 0 for a tensor that is computed.
  public var buffer: UInt32
  /// The tensor's name.
  public var name: Text?
  /// How stored numbers map to real ones.
  public var quantization: QuantizationParameters?
  /// Whether the tensor keeps its value between runs.
  public var isVariable = false
  /// How sparse data is packed.
  public var sparsity: SparsityParameters?
  /// The shape with -1 for dimensions that are unknown until the model runs; empty if all are known.
  public var shapeSignature: [Int32] = []
  /// Whether a tensor with an empty shape is known to be a scalar.
  public var hasRank = false
  /// The shapes and types that a variant tensor wraps.
  public var variantTensors: [VariantSubType] = []
  /// The identifier of the external buffer with the data, or 0.
  public var externalBuffer: UInt32 = 0
  /// The vectors that the file stores empty.
  public var storedEmpty: FieldSet = []
  /// Fields newer than the known schema: their values are dropped, and a model that has any cannot be written.
  public internal(set) var newerFields: FieldSet = []

  /// Creates a tensor of a shape and a type.
  ///
  /// - Parameters:
  ///   - shape: The size of each dimension.
  ///   - type: The type of the elements.
  ///   - buffer: The index of the buffer with the data; 0 for a tensor that is computed.
  ///   - name: The tensor's name.
  ///   - quantization: How stored numbers map to real ones.
  public init(
    shape: [Int32], type: TensorType, buffer: UInt32 = 0, name: Text? = nil,
    quantization: QuantizationParameters? = nil
  ) {
    self.shape = shape
    self.type = type
    self.buffer = buffer
    self.name = name
    self.quantization = quantization
  }

  /// The product of the dimensions (1 for a scalar), or nil if one is negative or the product overflows.
  public var elementCount: Int? {
    var product = 1
    for dimension in shape {
      guard dimension >= 0 else { return nil }
      let (next, overflow) = product.multipliedReportingOverflow(by: Int(dimension))
      guard !overflow else { return nil }
      product = next
    }
    return product
  }

  /// The number of bytes that the elements take when packed densely, or nil if it is unknown.
  public var byteCount: Int? { elementCount.flatMap { type.byteCount(elements: $0) } }
}

extension Tensor: TableValue {
  enum Fields {
    static let shape = Field(0, "shape")
    static let type = Field(1, "type")
    static let buffer = Field(2, "buffer")
    static let name = Field(3, "name")
    static let quantization = Field(4, "quantization")
    static let isVariable = Field(5, "is_variable")
    static let sparsity = Field(6, "sparsity")
    static let shapeSignature = Field(7, "shape_signature")
    static let hasRank = Field(8, "has_rank")
    static let variantTensors = Field(9, "variant_tensors")
    static let externalBuffer = Field(10, "external_buffer")
    static let count = 11
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init(shape: [], type: .float32)
    shape = try reader.numbers(table, Fields.shape, &storedEmpty)
    type = TensorType(rawValue: try reader.number(table, Fields.type))
    buffer = try reader.number(table, Fields.buffer)
    name = try reader.text(table, Fields.name)
    quantization = try reader.nested(table, Fields.quantization)
    isVariable = try reader.flag(table, Fields.isVariable)
    sparsity = try reader.nested(table, Fields.sparsity)
    shapeSignature = try reader.numbers(table, Fields.shapeSignature, &storedEmpty)
    hasRank = try reader.flag(table, Fields.hasRank)
    variantTensors = try reader.nestedTables(table, Fields.variantTensors, &storedEmpty)
    externalBuffer = try reader.number(table, Fields.externalBuffer)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.shape, shape, storedEmpty)
    node.add(Fields.type, type.rawValue)
    node.add(Fields.buffer, buffer)
    node.add(Fields.name, name)
    node.add(Fields.quantization, quantization)
    node.add(Fields.isVariable, isVariable)
    node.add(Fields.sparsity, sparsity)
    node.add(Fields.shapeSignature, shapeSignature, storedEmpty)
    node.add(Fields.hasRank, hasRank)
    node.add(Fields.variantTensors, variantTensors, storedEmpty)
    node.add(Fields.externalBuffer, externalBuffer)
    return node
  }
}

/// The shape and type of a tensor that a variant tensor wraps.
public struct VariantSubType: Sendable, Hashable {
  /// The size of each dimension.
  public var shape: [Int32]
  /// The type of the elements.
  public var type: TensorType
  /// Whether a tensor with an empty shape is known to be a scalar.
  public var hasRank: Bool
  /// The vectors that the file stores empty.
  public var storedEmpty: FieldSet = []
  /// Fields newer than the known schema: their values are dropped, and a model that has any cannot be written.
  public internal(set) var newerFields: FieldSet = []

  /// Creates a shape and a type.
  public init(shape: [Int32], type: TensorType, hasRank: Bool = false) {
    self.shape = shape
    self.type = type
    self.hasRank = hasRank
  }
}

extension VariantSubType: TableValue {
  enum Fields {
    static let shape = Field(0, "shape")
    static let type = Field(1, "type")
    static let hasRank = Field(2, "has_rank")
    static let count = 3
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init(shape: [], type: .float32)
    shape = try reader.numbers(table, Fields.shape, &storedEmpty)
    type = TensorType(rawValue: try reader.number(table, Fields.type))
    hasRank = try reader.flag(table, Fields.hasRank)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.shape, shape, storedEmpty)
    node.add(Fields.type, type.rawValue)
    node.add(Fields.hasRank, hasRank)
    return node
  }
}
