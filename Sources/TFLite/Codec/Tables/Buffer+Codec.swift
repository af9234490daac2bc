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
  /// Data that lies at an offset from the file's start, and not in a vector of the flatbuffer.
  mutating func outOfLine(_ offset: UInt64, _ size: UInt64, _ field: Field) throws(TFLiteError) -> Bytes {
    guard let start = Int(exactly: offset), let length = Int(exactly: size), length <= count, start <= count - length
    else { throw malformed("it names \(size) bytes from byte \(offset) of a file of \(count)", at: field.name) }
    use(until: start + length)
    return try slice(start..<(start + length), field.name)
  }
}
