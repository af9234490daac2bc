/// What a `tf.Example` says of a picture.
///
/// A `tf.Example` is a map from names to features, each of which is a list of byte runs, of floats or of integers:
///
/// ```
/// message Example { Features features = 1; }
/// message Features { map<string, Feature> feature = 1; }
/// message Feature { oneof kind { BytesList bytes_list = 1; FloatList float_list = 2; Int64List int64_list = 3; } }
/// ```
///
/// where each list has its values as field 1; integers may be packed or not. Names are those of TF-Slim's data sets.
struct RecordedExample {
  static let pictureName = "image/encoded"
  static let labelName = "image/class/label"
  static let textName = "image/class/text"

  /// Where the pictures' files lie.
  private(set) var pictures: [Range<Int>] = []
  /// The labels.
  private(set) var labels: [Int64] = []
  /// Where the labels' names lie.
  private(set) var texts: [Range<Int>] = []

  /// Reads the example that lies in a range of some bytes.
  init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(WireCursor.Malformed) {
    try Self.forEachRun(1, bytes, range) { (features) throws(WireCursor.Malformed) in
      try Self.forEachRun(1, bytes, features) { (entry) throws(WireCursor.Malformed) in try read(entry, bytes) }
    }
  }

  /// Reads an entry of the map. Of entries of the same name the last one counts.
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

  /// Calls `body` with every run of bytes of a message that has the given number.
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
