/// A `tf.Event` of protocol buffers: what TensorBoard is told at a moment.
struct EventMessage {
  let bytes: [UInt8]

  /// The first of a file: which version of the layout follows.
  init(time: Double, version: String) {
    bytes = Self.double(1, time) + Self.block(3, Array(version.utf8))
  }

  /// Numbers of a step, by what they are called.
  init(time: Double, step: Int, values: [(tag: String, value: Double)]) {
    let summary = values.flatMap { tag, value in
      Self.block(1, Self.block(1, Array(tag.utf8)) + Self.float(2, Float(value)))
    }
    bytes = Self.double(1, time) + Self.varint(2 << 3) + Self.varint(UInt64(max(0, step))) + Self.block(5, summary)
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(truncatingIfNeeded: rest)]
  }

  private static func double(_ field: UInt64, _ value: Double) -> [UInt8] {
    varint(field << 3 | 1) + withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
  }

  private static func float(_ field: UInt64, _ value: Float) -> [UInt8] {
    varint(field << 3 | 5) + withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
  }

  private static func block(_ field: UInt64, _ contents: [UInt8]) -> [UInt8] {
    varint(field << 3 | 2) + varint(UInt64(contents.count)) + contents
  }
}
