import Foundation

/// Writes pickles opcode by opcode, good ones and bad ones.
struct PickleWriter {
  private(set) var bytes: [UInt8] = [0x80, 2]

  mutating func raw(_ opcodes: UInt8...) { bytes += opcodes }
  mutating func mark() { raw(0x28) }
  mutating func integer(_ number: Int32) {
    bytes.append(0x4A)
    bytes += little(number)
  }
  mutating func text(_ text: String) {
    bytes.append(0x58)
    bytes += little(UInt32(text.utf8.count)) + Array(text.utf8)
  }
  mutating func global(_ module: String, _ name: String) { bytes += Array("c\(module)\n\(name)\n".utf8) }
  mutating func tuple(_ numbers: [Int32]) {
    mark()
    for number in numbers { integer(number) }
    raw(0x74)
  }
  /// A call's arguments stand on the stack, behind a mark.
  mutating func call() { raw(0x74, 0x52) }
  mutating func stop() { raw(0x2E) }

  /// A tensor on a storage.
  mutating func tensor(
    _ type: String, key: String, count: Int32, offset: Int32 = 0, shape: [Int32], strides: [Int32]
  ) {
    global("torch._utils", "_rebuild_tensor_v2")
    mark()
    mark()
    text("storage")
    global("torch", type)
    text(key)
    text("cpu")
    integer(count)
    raw(0x74, 0x51)
    integer(offset)
    tuple(shape)
    tuple(strides)
    raw(0x89)
    global("collections", "OrderedDict")
    raw(0x29, 0x52)
    call()
  }

  /// A whole pickle of an ordered dictionary with some entries.
  static func state(_ entries: (inout PickleWriter) -> Void) -> [UInt8] {
    var writer = PickleWriter()
    writer.global("collections", "OrderedDict")
    writer.raw(0x29, 0x52, 0x28)
    entries(&writer)
    writer.raw(0x75)
    writer.stop()
    return writer.bytes
  }

  /// A whole pickle of a list of texts.
  static func list(_ texts: [String]) -> [UInt8] {
    var writer = PickleWriter()
    writer.raw(0x5D, 0x28)
    for text in texts { writer.text(text) }
    writer.raw(0x65)
    writer.stop()
    return writer.bytes
  }
}

/// A number's bytes, the lowest first.
func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

/// Floats' bytes.
func little(_ numbers: [Float]) -> [UInt8] { numbers.flatMap { little($0.bitPattern) } }
