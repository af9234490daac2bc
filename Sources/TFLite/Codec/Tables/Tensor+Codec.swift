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
