extension Buffer: TableValue {
  private typealias Fields = BufferFields

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

extension ExternalBuffer: TableValue {
  private typealias Fields = ExternalBufferFields

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    id = try reader.number(table, Fields.id)
    group = try reader.number(table, Fields.group)
    offset = try reader.number(table, Fields.offset)
    length = try reader.number(table, Fields.length)
    packing = try reader.text(table, Fields.packing)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.id, id)
    node.add(Fields.group, group)
    node.add(Fields.offset, offset)
    node.add(Fields.length, length)
    node.add(Fields.packing, packing)
    return node
  }
}

extension ExternalBufferGroup: TableValue {
  private typealias Fields = ExternalBufferGroupFields

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    name = try reader.text(table, Fields.name)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.name, name)
    return node
  }
}
