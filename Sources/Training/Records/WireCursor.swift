/// A place in a message in the wire format of Protocol Buffers, which moves on from field to field; every read is
/// checked.
///
/// Ranges are those of the bytes that the cursor was made with, so that what is found can be found again.
struct WireCursor {
  /// A field's value.
  enum Value {
    case integer(UInt64)
    case bytes(Range<Int>)
    /// A number of a fixed width, which nothing here has a use for.
    case fixed
  }

  /// Why some bytes are no message.
  struct Malformed: Error {
    let reason: String
  }

  private let bytes: UnsafeRawBufferPointer
  private var position: Int
  private let end: Int

  /// - Parameter range: Where the message lies, within the bytes.
  init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// Whether all was read.
  var isAtEnd: Bool { position >= end }

  /// The next field's number and value, or nil at the end.
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

  /// The next integer of variable length: seven bits a byte, the lowest first.
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
