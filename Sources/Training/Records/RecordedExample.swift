/// The picture, label and class name in a `tf.Example`.
///
/// A `tf.Example` is a map from names to features; each feature is a list of byte strings, floats or integers:
///
/// ```
/// message Example { Features features = 1; }
/// message Features { map<string, Feature> feature = 1; }
/// message Feature { oneof kind { BytesList bytes_list = 1; FloatList float_list = 2; Int64List int64_list = 3; } }
/// ```
///
/// Each list has its values as field 1; integers may be packed or not. The feature names are those of TF-Slim's data sets.
struct RecordedExample {
  static let pictureName = "image/encoded"
  static let labelName = "image/class/label"
  static let textName = "image/class/text"

  /// The ranges of the pictures' bytes.
  private(set) var pictures: [Range<Int>] = []
  /// The labels.
  private(set) var labels: [Int64] = []
  /// The ranges of the class names' bytes.
  private(set) var texts: [Range<Int>] = []

  /// Reads the example in a range of bytes.
  init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(WireCursor.Malformed) {
    try Self.forEachRun(1, bytes, range) { (features) throws(WireCursor.Malformed) in
      try Self.forEachRun(1, bytes, features) { (entry) throws(WireCursor.Malformed) in try read(entry, bytes) }
    }
  }

  /// Reads an entry of the map; among entries with the same name, the last one counts.
  private mutating func read(_ entry: Range<Int>, _ bytes: UnsafeRawBufferPointer) throws(WireCursor.Malformed) {
    var name = entry.lowerBound..<entry.lowerBound
    try Self.forEachRun(1, bytes, entry) { name = $0 }
    let isNamed = { (other: String) in bytes[name].elementsEqual(other.utf8) }
    if isNamed(Self.pictureName) {
      pictures = try Self.runs(entry, bytes)
    } else if isNamed(Self.labelName) {
      labels = try Self.integers(entry, bytes)
    } else if isNamed(Self.textName) {
      texts = try Self.runs(entry, bytes)
    }
  }

  private static func runs(
    _ entry: Range<Int>, _ bytes: UnsafeRawBufferPointer
  ) throws(WireCursor.Malformed) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    try forEachRun(2, bytes, entry) { (feature) throws(WireCursor.Malformed) in
      try forEachRun(1, bytes, feature) { (list) throws(WireCursor.Malformed) in
        try forEachRun(1, bytes, list) { runs.append($0) }
      }
    }
    return runs
  }

  private static func integers(
    _ entry: Range<Int>, _ bytes: UnsafeRawBufferPointer
  ) throws(WireCursor.Malformed) -> [Int64] {
    var integers: [Int64] = []
    try forEachRun(2, bytes, entry) { (feature) throws(WireCursor.Malformed) in
      try forEachRun(3, bytes, feature) { (list) throws(WireCursor.Malformed) in
        var cursor = WireCursor(bytes, list)
        while let field = try cursor.next() {
          guard field.number == 1 else { continue }
          switch field.value {
          case .integer(let integer): integers.append(Int64(bitPattern: integer))
          case .bytes(let packed):
            var packed = WireCursor(bytes, packed)
            while !packed.isAtEnd { integers.append(Int64(bitPattern: try packed.integer())) }
          case .fixed: throw WireCursor.Malformed(reason: "its integers are of a fixed width")
          }
        }
      }
    }
    return integers
  }

  /// Calls `body` with every length-delimited field of a message that has the given number.
  private static func forEachRun(
    _ number: UInt64, _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>,
    _ body: (Range<Int>) throws(WireCursor.Malformed) -> Void
  ) throws(WireCursor.Malformed) {
    var cursor = WireCursor(bytes, range)
    while let field = try cursor.next() {
      guard field.number == number, case .bytes(let run) = field.value else { continue }
      try body(run)
    }
  }
}

/// A reader of a message in the wire format of Protocol Buffers, field by field; every read is bounds-checked.
///
/// Ranges refer to the bytes that the cursor was created with.
struct WireCursor {
  /// A field's value.
  enum Value {
    case integer(UInt64)
    case bytes(Range<Int>)
    /// A fixed-width number, which is skipped.
    case fixed
  }

  /// The reason why bytes are not a message.
  struct Malformed: Error {
    let reason: String
  }

  private let bytes: UnsafeRawBufferPointer
  private var position: Int
  private let end: Int

  /// Creates a cursor at the start of a message.
  ///
  /// - Parameter range: The range of the message within the bytes.
  init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// Whether the end is reached.
  var isAtEnd: Bool { position >= end }

  /// Reads the next field's number and value, or returns nil at the end.
  mutating func next() throws(Malformed) -> (number: UInt64, value: Value)? {
    guard !isAtEnd else { return nil }
    let tag = try integer()
    let number = tag >> 3
    guard number > 0 else { throw Malformed(reason: "it has a field with the number 0") }
    switch tag & 7 {
    case 0: return (number, .integer(try integer()))
    case 1:
      _ = try run(8)
      return (number, .fixed)
    case 2: return (number, .bytes(try run(try integer())))
    case 5:
      _ = try run(4)
      return (number, .fixed)
    default: throw Malformed(reason: "it has a field of the unknown kind \(tag & 7)")
    }
  }

  /// Reads the next variable-length integer: seven bits per byte, the lowest first.
  mutating func integer() throws(Malformed) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      guard !isAtEnd else { throw Malformed(reason: "it breaks off") }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    throw Malformed(reason: "it has an integer of more than 64 bits")
  }

  private mutating func run(_ count: UInt64) throws(Malformed) -> Range<Int> {
    guard let count = Int(exactly: count), count <= end - position else { throw Malformed(reason: "it breaks off") }
    defer { position += count }
    return position..<position + count
  }
}
