extension TensorContent: TableValue {
  enum Fields {
    static let propertiesType = Field(0, "content_properties_type")
    static let properties = Field(1, "content_properties")
    static let range = Field(2, "range")
    static let count = 3
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init(try Self.properties(table, &reader), range: try reader.nested(table, Fields.range))
    try reader.noteNewerFields(table, known: Fields.count)
  }

  private static func properties(
    _ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader
  ) throws(TFLiteError) -> ContentProperties? {
    let number: UInt8 = try reader.number(table, Fields.propertiesType)
    switch number {
    case 0: return nil
    case 1: return try reader.target(table, Fields.properties) == nil ? .empty(number) : .feature
    case 2: return try reader.nested(table, Fields.properties).map(ContentProperties.image) ?? .empty(number)
    case 3: return try reader.nested(table, Fields.properties).map(ContentProperties.boundingBox) ?? .empty(number)
    case 4: return try reader.nested(table, Fields.properties).map(ContentProperties.audio) ?? .empty(number)
    default:
      try reader.noteNewer(Fields.propertiesType)
      return .empty(number)
    }
  }

  var node: TableNode {
    var node = TableNode()
    switch properties {
    case .feature:
      node.add(Fields.propertiesType, 1 as UInt8)
      node.add(Fields.properties.slot, TableNode())
    case .image(let image):
      node.add(Fields.propertiesType, 2 as UInt8)
      node.add(Fields.properties, image)
    case .boundingBox(let box):
      node.add(Fields.propertiesType, 3 as UInt8)
      node.add(Fields.properties, box)
    case .audio(let audio):
      node.add(Fields.propertiesType, 4 as UInt8)
      node.add(Fields.properties, audio)
    case .empty(let number):
      node.add(Fields.propertiesType, number)
    case nil:
      break
    }
    node.add(Fields.range, range)
    return node
  }
}
