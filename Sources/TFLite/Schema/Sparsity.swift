/// The packing of a sparse tensor's data: a variant of the TACO format.
public struct SparsityParameters: Sendable, Hashable {
  /// The order in which the dimensions, including the block dimensions, are traversed.
  public var traversalOrder: [Int32] = []
  /// The dimension of each block dimension; empty without blocks.
  public var blockMap: [Int32] = []
  /// The storage of each dimension, in the order of traversal.
  public var dimMetadata: [DimensionMetadata] = []
  /// The vectors that the file stores empty.
  public var storedEmpty: FieldSet = []
  /// Fields newer than the known schema: their values are dropped, and a model that has any cannot be written.
  public internal(set) var newerFields: FieldSet = []

  /// Creates parameters without dimensions.
  public init() {}
}

extension SparsityParameters: TableValue {
  enum Fields {
    static let traversalOrder = Field(0, "traversal_order")
    static let blockMap = Field(1, "block_map")
    static let dimMetadata = Field(2, "dim_metadata")
    static let count = 3
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init()
    traversalOrder = try reader.numbers(table, Fields.traversalOrder, &storedEmpty)
    blockMap = try reader.numbers(table, Fields.blockMap, &storedEmpty)
    dimMetadata = try reader.nestedTables(table, Fields.dimMetadata, &storedEmpty)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.traversalOrder, traversalOrder, storedEmpty)
    node.add(Fields.blockMap, blockMap, storedEmpty)
    node.add(Fields.dimMetadata, dimMetadata, storedEmpty)
    return node
  }
}

/// The storage of one dimension of a sparse tensor.
public struct DimensionMetadata: Sendable, Hashable {
  /// Whether the dimension is dense or compressed.
  public var format: DimensionType
  /// The size of a dense dimension.
  public var denseSize: Int32
  /// The start of each segment of ``arrayIndices``, for a compressed dimension.
  public var arraySegments: SparseIndexVector?
  /// The indices of the non-zero elements, for a compressed dimension.
  public var arrayIndices: SparseIndexVector?
  /// Fields newer than the known schema: their values are dropped, and a model that has any cannot be written.
  public internal(set) var newerFields: FieldSet = []

  /// Creates a dimension without indices.
  public init(format: DimensionType, denseSize: Int32 = 0) {
    self.format = format
    self.denseSize = denseSize
  }
}

extension DimensionMetadata: TableValue {
  enum Fields {
    static let format = Field(0, "format")
    static let denseSize = Field(1, "dense_size")
    static let arraySegmentsType = Field(2, "array_segments_type")
    static let arraySegments = Field(3, "array_segments")
    static let arrayIndicesType = Field(4, "array_indices_type")
    static let arrayIndices = Field(5, "array_indices")
    static let count = 6
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init(format: DimensionType(rawValue: try reader.number(table, Fields.format)))
    denseSize = try reader.number(table, Fields.denseSize)
    arraySegments = try SparseIndexVector(table, Fields.arraySegmentsType, Fields.arraySegments, &reader)
    arrayIndices = try SparseIndexVector(table, Fields.arrayIndicesType, Fields.arrayIndices, &reader)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.format, format.rawValue)
    node.add(Fields.denseSize, denseSize)
    arraySegments?.add(Fields.arraySegmentsType, Fields.arraySegments, to: &node)
    arrayIndices?.add(Fields.arrayIndicesType, Fields.arrayIndices, to: &node)
    return node
  }
}

/// The indices of a sparse dimension in their stored width, by reference.
public struct SparseIndexVector: Sendable, Hashable {
  /// The width of the indices.
  public var width: Width
  /// The indices, little-endian; nil if the file stores none.
  public var data: Bytes?
  /// Whether the file states the width but has no table of indices.
  public var isTableMissing = false
  /// Fields newer than the known schema: their values are dropped, and a model that has any cannot be written.
  public internal(set) var newerFields: FieldSet = []

  /// The width of an index.
  public enum Width: Sendable, Hashable {
    /// Four bytes, signed.
    case int32
    /// Two bytes, unsigned.
    case uint16
    /// One byte, unsigned.
    case uint8
    /// A width newer than the known schema: the indices are dropped, and the model cannot be written.
    case unknown(UInt8)
  }

  /// Creates indices of a width from little-endian data.
  public init(width: Width, data: Bytes?) {
    self.width = width
    self.data = data
  }
}

extension SparseIndexVector {
  enum Fields {
    static let values = Field(0, "values")
    static let count = 1
  }

  /// Reads a union of index vectors, or returns nil if its type is 0.
  init?(
    _ table: FlatBufferReader.Table, _ typeField: Field, _ field: Field, _ reader: inout FlatBufferReader
  ) throws(TFLiteError) {
    guard let width = Width(number: try reader.number(table, typeField)) else { return nil }
    self.init(width: width, data: nil)
    guard let size = width.byteCount else { return }
    guard let target = try reader.target(table, field) else {
      isTableMissing = true
      return
    }
    (data, newerFields) = try reader.within(field.name) { (reader: inout FlatBufferReader) throws(TFLiteError) in
      let table = try reader.table(at: target)
      return (
        try reader.data(table, Fields.values, elementSize: size),
        try reader.newerFields(table, known: Fields.count)
      )
    }
  }

  /// Adds the union to a dimension's table.
  func add(_ typeField: Field, _ field: Field, to node: inout TableNode) {
    node.add(typeField, width.number)
    guard !isTableMissing, let size = width.byteCount else { return }
    var vector = TableNode()
    vector.add(Fields.values, data, elementSize: size)
    node.add(field.slot, vector)
  }
}

extension SparseIndexVector.Width {
  /// Creates the width of a number in the schema's union, or returns nil for 0.
  init?(number: UInt8) {
    switch number {
    case 0: return nil
    case 1: self = .int32
    case 2: self = .uint16
    case 3: self = .uint8
    default: self = .unknown(number)
    }
  }

  var number: UInt8 {
    switch self {
    case .int32: 1
    case .uint16: 2
    case .uint8: 3
    case .unknown(let number): number
    }
  }

  /// The number of bytes of an index, or nil if it is unknown.
  var byteCount: Int? {
    switch self {
    case .int32: 4
    case .uint16: 2
    case .uint8: 1
    case .unknown: nil
    }
  }
}
