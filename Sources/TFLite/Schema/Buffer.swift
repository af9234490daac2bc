/// The data of a constant tensor or of a metadata entry.
public struct Buffer: Sendable, Hashable {
  /// The data, by reference; nil if there is none.
  public var data: Bytes?
  /// Whether the data is outside the flatbuffer, as in models over 2 GB; `offset` and `size`, which locate it, are
  /// computed on writing.
  public var isOutOfLine = false
  /// `offset` as stored, if it does not locate the data: 0 and 1 mean none.
  public var storedOffset: UInt64 = 0
  /// `size` as stored, if it does not locate the data.
  public var storedSize: UInt64 = 0
  /// Fields newer than the known schema: their values are dropped, and a model that has any cannot be written.
  public internal(set) var newerFields: FieldSet = []

  /// Creates a buffer with data within the flatbuffer, or an empty one.
  public init(_ data: Bytes? = nil) { self.data = data }
}

extension Buffer: TableValue {
  enum Fields {
    static let data = Field(0, "data")
    static let offset = Field(1, "offset")
    static let size = Field(2, "size")
    static let count = 3
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init(try reader.data(table, Fields.data))
    storedOffset = try reader.number(table, Fields.offset)
    storedSize = try reader.number(table, Fields.size)
    if data == nil, storedOffset > 1 {
      data = try reader.outOfLine(storedOffset, storedSize, Fields.offset)
      isOutOfLine = true
      (storedOffset, storedSize) = (0, 0)
    }
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    if let data, isOutOfLine {
      node.add(Fields.offset, placeOf: data)
      node.add(Fields.size, UInt64(data.count))
    } else {
      node.add(Fields.data, data, alignment: 16)
      node.add(Fields.offset, storedOffset)
      node.add(Fields.size, storedSize)
    }
    return node
  }
}

extension FlatBufferReader {
  /// Returns data at an offset from the start of the file, outside the flatbuffer's vectors.
  mutating func outOfLine(_ offset: UInt64, _ size: UInt64, _ field: Field) throws(TFLiteError) -> Bytes {
    guard let start = Int(exactly: offset), let length = Int(exactly: size), length <= count, start <= count - length
    else { throw malformed("it names \(size) bytes from byte \(offset) of a file of \(count)", at: field.name) }
    use(until: start + length)
    return try slice(start..<(start + length), field.name)
  }
}

/// A named buffer with data about the model.
public struct Metadata: Sendable, Hashable {
  /// The name, such as `TFLITE_METADATA`.
  public var name: Text?
  /// The index of the data in ``Model/buffers``.
  public var buffer: UInt32
  /// Fields newer than the known schema: their values are dropped, and a model that has any cannot be written.
  public internal(set) var newerFields: FieldSet = []

  /// Creates an entry that names a buffer.
  public init(name: Text?, buffer: UInt32) {
    self.name = name
    self.buffer = buffer
  }
}

extension Metadata: TableValue {
  enum Fields {
    static let name = Field(0, "name")
    static let buffer = Field(1, "buffer")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    name = try reader.text(table, Fields.name)
    buffer = try reader.number(table, Fields.buffer)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.name, name)
    node.add(Fields.buffer, buffer)
    return node
  }
}
