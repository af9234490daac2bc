/// What kind of thing a tensor holds.
public struct TensorContent: Sendable, Hashable {
  /// The kind, or nil where the file does not say.
  public var properties: ContentProperties?
  /// The dimensions that hold it; nil for all but the first.
  public var range: ValueRange?

  /// A kind of thing, in all dimensions but the first unless `range` says otherwise.
  public init(_ properties: ContentProperties?, range: ValueRange? = nil) {
    self.properties = properties
    self.range = range
  }
}

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

/// A kind of thing that a tensor can hold.
public enum ContentProperties: Sendable, Hashable {
  /// Numbers.
  case feature
  /// A picture.
  case image(ImageProperties)
  /// Places in a picture.
  case boundingBox(BoundingBoxProperties)
  /// Sound.
  case audio(AudioProperties)
  /// The file names a kind by its number, with no properties.
  case empty(UInt8)
}

/// What a picture in a tensor is like.
public struct ImageProperties: Sendable, Hashable {
  /// What the channels are.
  public var colorSpace: ColorSpace
  /// The size where the tensor's shape leaves it open.
  public var defaultSize: ImageSize?

  /// A picture of some channels.
  public init(colorSpace: ColorSpace, defaultSize: ImageSize? = nil) {
    self.colorSpace = colorSpace
    self.defaultSize = defaultSize
  }
}

extension ImageProperties: TableValue {
  enum Fields {
    static let colorSpace = Field(0, "color_space")
    static let defaultSize = Field(1, "default_size")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    colorSpace = ColorSpace(rawValue: try reader.number(table, Fields.colorSpace))
    defaultSize = try reader.nested(table, Fields.defaultSize)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.colorSpace, colorSpace.rawValue)
    node.add(Fields.defaultSize, defaultSize)
    return node
  }
}

/// What the channels of a picture in a tensor are.
public struct ColorSpace: SchemaEnumeration {
  /// The number that files store.
  public let rawValue: Int8

  /// The value of a stored number, whether or not the schema names it.
  public init(rawValue: Int8) { self.rawValue = rawValue }

  /// The schema's names, in the order of their numbers.
  public static let names = ["UNKNOWN", "RGB", "GRAYSCALE"]

  /// `RGB`.
  public static let rgb = Self(rawValue: 1)
}

/// The size of a picture, in pixels.
public struct ImageSize: Sendable, Hashable {
  /// The width.
  public var width: UInt32
  /// The height.
  public var height: UInt32

  /// A size in pixels.
  public init(width: UInt32, height: UInt32) {
    self.width = width
    self.height = height
  }
}

extension ImageSize: TableValue {
  enum Fields {
    static let width = Field(0, "width")
    static let height = Field(1, "height")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    width = try reader.number(table, Fields.width)
    height = try reader.number(table, Fields.height)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.width, width)
    node.add(Fields.height, height)
    return node
  }
}

/// How numbers of a tensor stand for places in a picture.
public struct BoundingBoxProperties: Sendable, Hashable {
  /// The order of the four numbers; none for that of the kind.
  public var index: [UInt32] = []
  /// The kind, by the schema's number.
  public var type: Int8 = 0
  /// Whether they are shares of the picture (0) or pixels (1), by the schema's number.
  public var coordinateType: Int8 = 0

  /// Boxes of an unknown kind.
  public init() {}
}

extension BoundingBoxProperties: TableValue {
  enum Fields {
    static let index = Field(0, "index")
    static let type = Field(1, "type")
    static let coordinateType = Field(2, "coordinate_type")
    static let count = 3
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init()
    index = try reader.numbers(table, Fields.index)
    type = try reader.number(table, Fields.type)
    coordinateType = try reader.number(table, Fields.coordinateType)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.index, index, [])
    node.add(Fields.type, type)
    node.add(Fields.coordinateType, coordinateType)
    return node
  }
}

/// What sound in a tensor is like.
public struct AudioProperties: Sendable, Hashable {
  /// Samples a second.
  public var sampleRate: UInt32
  /// How many channels there are.
  public var channels: UInt32

  /// Sound of a rate and a number of channels.
  public init(sampleRate: UInt32, channels: UInt32) {
    self.sampleRate = sampleRate
    self.channels = channels
  }
}

extension AudioProperties: TableValue {
  enum Fields {
    static let sampleRate = Field(0, "sample_rate")
    static let channels = Field(1, "channels")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    sampleRate = try reader.number(table, Fields.sampleRate)
    channels = try reader.number(table, Fields.channels)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.sampleRate, sampleRate)
    node.add(Fields.channels, channels)
    return node
  }
}

/// A range of dimensions.
public struct ValueRange: Sendable, Hashable {
  /// The first dimension.
  public var min: Int32
  /// The last dimension.
  public var max: Int32

  /// The dimensions from `min` to `max`, both among them.
  public init(min: Int32, max: Int32) {
    self.min = min
    self.max = max
  }
}

extension ValueRange: TableValue {
  enum Fields {
    static let min = Field(0, "min")
    static let max = Field(1, "max")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    min = try reader.number(table, Fields.min)
    max = try reader.number(table, Fields.max)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.min, min)
    node.add(Fields.max, max)
    return node
  }
}
