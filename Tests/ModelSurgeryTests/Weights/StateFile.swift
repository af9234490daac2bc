import Foundation

/// Weights files of all layouts, made from the same parts.
enum StateFile {
  /// The file of PyTorch before 1.6.
  static func older(_ state: [UInt8], _ storages: [(key: String, count: Int, data: [UInt8])]) -> [UInt8] {
    var protocolNumber = PickleWriter()
    protocolNumber.integer(1001)
    protocolNumber.stop()
    var facts = PickleWriter()
    facts.raw(0x7D, 0x28)
    facts.text("little_endian")
    facts.raw(0x88, 0x75)
    facts.stop()
    let magic: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
    return magic + protocolNumber.bytes + facts.bytes + state + PickleWriter.list(storages.map(\.key))
      + storages.flatMap { little(Int64($0.count)) + $0.data }
  }

  /// The file of PyTorch since 1.6.
  static func zipped(_ state: [UInt8], _ storages: [(key: String, count: Int, data: [UInt8])]) -> [UInt8] {
    zip(
      [("net/data.pkl", state), ("net/byteorder", Array("little".utf8))]
        + storages.map { ("net/data/\($0.key)", $0.data) } + [("net/version", Array("3\n".utf8))])
  }

  /// A zip that stores its files as they are, each with a filler before it, and the wide records that PyTorch writes.
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

  /// A safetensors file.
  static func safetensors(_ header: String, _ data: [UInt8]) -> [UInt8] {
    little(UInt64(header.utf8.count)) + Array(header.utf8) + data
  }
}
