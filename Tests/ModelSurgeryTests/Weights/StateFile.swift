import Foundation

/// A writer of pickles, valid and invalid ones, opcode by opcode.
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
  /// Adds the arguments of a call after a mark.
  mutating func call() { raw(0x74, 0x52) }
  mutating func stop() { raw(0x2E) }

  /// Adds a tensor that is a view of a storage.
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

  /// Returns a pickle of an ordered dictionary.
  static func state(_ entries: (inout PickleWriter) -> Void) -> [UInt8] {
    var writer = PickleWriter()
    writer.global("collections", "OrderedDict")
    writer.raw(0x29, 0x52, 0x28)
    entries(&writer)
    writer.raw(0x75)
    writer.stop()
    return writer.bytes
  }

  /// Returns a pickle of a list of strings.
  static func list(_ texts: [String]) -> [UInt8] {
    var writer = PickleWriter()
    writer.raw(0x5D, 0x28)
    for text in texts { writer.text(text) }
    writer.raw(0x65)
    writer.stop()
    return writer.bytes
  }
}

/// Returns the little-endian bytes of a number.
func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

/// Returns the little-endian bytes of floats.
func little(_ numbers: [Float]) -> [UInt8] { numbers.flatMap { little($0.bitPattern) } }

/// Weight files of all layouts, made from the same parts.
enum StateFile {
  /// Returns a PyTorch state file from before version 1.6.
  static func older(_ state: [UInt8], _ storages: [(key: String, count: Int, data: [UInt8])]) -> [UInt8] {
    var protocolNumber = PickleWriter()
    protocolNumber.integer(1001)
    protocolNumber.stop()
    var systemInfo = PickleWriter()
    systemInfo.raw(0x7D, 0x28)
    systemInfo.text("little_endian")
    systemInfo.raw(0x88, 0x75)
    systemInfo.stop()
    let magic: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
    return magic + protocolNumber.bytes + systemInfo.bytes + state + PickleWriter.list(storages.map(\.key))
      + storages.flatMap { little(Int64($0.count)) + $0.data }
  }

  /// Returns a PyTorch state file of version 1.6 or later.
  static func zipped(_ state: [UInt8], _ storages: [(key: String, count: Int, data: [UInt8])]) -> [UInt8] {
    zip(
      [("net/data.pkl", state), ("net/byteorder", Array("little".utf8))]
        + storages.map { ("net/data/\($0.key)", $0.data) } + [("net/version", Array("3\n".utf8))])
  }

  /// Returns a zip with stored files, each padded and with Zip64 records, as PyTorch writes it.
  static func zip(_ files: [(name: String, data: [UInt8])], method: UInt16 = 0) -> [UInt8] {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for (name, data) in files {
      let start = UInt32(bytes.count)
      let filler = little(UInt16(0x4246)) + little(UInt16(6)) + Array("ZZZZZZ".utf8)
      let sizes = little(UInt32(0)) + little(UInt32(data.count)) + little(UInt32(data.count))
      bytes += little(UInt32(0x0403_4B50)) + little(UInt16(0)) + little(UInt16(0x808)) + little(method)
      bytes += little(UInt32(0)) + Array(repeating: 0, count: 12) + little(UInt16(name.utf8.count))
      bytes += little(UInt16(filler.count)) + Array(name.utf8) + filler + data
      bytes += little(UInt32(0x0807_4B50)) + sizes
      directory += little(UInt32(0x0201_4B50)) + little(UInt32(0)) + little(UInt16(0x808)) + little(method)
      directory += little(UInt32(0)) + sizes + little(UInt16(name.utf8.count)) + Array(repeating: 0, count: 12)
      directory += little(start) + Array(name.utf8)
    }
    let start = UInt64(bytes.count)
    let count = UInt64(files.count)
    bytes += directory
    let wide = UInt64(bytes.count)
    bytes += little(UInt32(0x0606_4B50)) + little(UInt64(44)) + little(UInt32(0)) + little(UInt64(0)) + little(count)
    bytes += little(count) + little(UInt64(directory.count)) + little(start)
    bytes += little(UInt32(0x0706_4B50)) + little(UInt32(0)) + little(wide) + little(UInt32(1))
    bytes += little(UInt32(0x0605_4B50)) + little(UInt32(0)) + little(UInt16(count)) + little(UInt16(count))
    return bytes + little(UInt32(directory.count)) + little(UInt32.max) + little(UInt16(0))
  }

  /// Returns a safetensors file.
  static func safetensors(_ header: String, _ data: [UInt8]) -> [UInt8] {
    little(UInt64(header.utf8.count)) + Array(header.utf8) + data
  }
}
