/// The content of a tensor.
public struct TensorContent: Sendable, Hashable {
  /// The kind of content, or nil if the file does not state it.
  public var properties: ContentProperties?
  /// The dimensions of the content; nil for all dimensions but the first.
  public var range: ValueRange?

  /// Creates content that spans all dimensions but the first, or those of `range`.
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

/// A kind of content of a tensor.
public enum ContentProperties: Sendable, Hashable {
  /// Numbers.
  case feature
  /// A picture.
  case image(ImageProperties)
  /// Bounding boxes in a picture.
  case boundingBox(BoundingBoxProperties)
  /// Sound.
  case audio(AudioProperties)
  /// The file states a kind by its number, without properties.
  case empty(UInt8)
}

/// The properties of a picture in a tensor.
public struct ImageProperties: Sendable, Hashable {
  /// The colour space.
  public var colorSpace: ColorSpace
  /// The size, if the tensor's shape leaves it open.
  public var defaultSize: ImageSize?

  /// Creates the properties of a picture.
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

/// The colour space of a picture in a tensor.
public struct ColorSpace: SchemaEnumeration {
  /// The number that files store.
  public let rawValue: Int8

  /// Creates the value of a stored number, whether or not the schema names it.
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

  /// Creates a size in pixels.
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

/// The encoding of bounding boxes in a tensor.
public struct BoundingBoxProperties: Sendable, Hashable {
  /// The order of the four numbers; empty for the standard order of the type.
  public var index: [UInt32] = []
  /// The type of box, by the schema's number.
  public var type: Int8 = 0
  /// Whether coordinates are relative to the picture's size (0) or in pixels (1).
  public var coordinateType: Int8 = 0

  /// Creates the properties of boxes of unknown type.
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

/// The properties of sound in a tensor.
public struct AudioProperties: Sendable, Hashable {
  /// The sample rate, in hertz.
  public var sampleRate: UInt32
  /// The number of channels.
  public var channels: UInt32

  /// Creates the properties of sound.
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

  /// Creates the range of dimensions from `min` to `max` inclusive.
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
