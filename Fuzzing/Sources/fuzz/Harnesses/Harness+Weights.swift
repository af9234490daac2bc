import Foundation
import TFLite

@testable import ModelSurgery

extension Harness {
  /// Reads a zip archive, as a file of its own and behind other data, and unpacks DEFLATE data.
  static let zip = Harness("zip") { input in
    let bytes = Bytes(input)
    _ = try? ZipDirectory(bytes)
    _ = try? PackedFiles(archive: Bytes([1, 2, 3] + input))
    if let files = try? PackedFiles(archive: bytes) {
      let written = Bytes(try ZipArchive.bytes(of: files.contents, at: 0))
      let again = try? PackedFiles(archive: written)
      try agree(again?.contents == files.contents, "packed files differ after writing")
    }
    for count in [0, 1, input.count, 64 * input.count, 1032 * input.count] {
      _ = Deflate.unpacked(bytes, count: count)
    }
  }

  /// Reads the pickle of a PyTorch state, alone, in the layout before version 1.6, and in a zip.
  static let pickle = Harness("pickle") { input in
    var unpickler = Unpickler(Bytes(input))
    if let value = try? unpickler.value() { _ = try? PickledState(value, of: unpickler).storages() }
    _ = try? NamedWeights(bytes: Bytes(OlderState.start + input))
    let storage = Bytes([UInt8](repeating: 0x3F, count: 64))
    let files = ["net/data.pkl": Bytes(input), "net/data/0": storage, "net/data/1": storage]
    if let weights = try? NamedWeights(bytes: Bytes(ZipArchive.bytes(of: files, at: 0))) { try isWritten(weights) }
  }

  /// Reads weights in the layout of safetensors or of any other file, and writes them again.
  static let safetensors = Harness("safetensors") { input in
    try isWritten(NamedWeights(bytes: Bytes(input)))
  }

  /// Reads the index of a TensorFlow checkpoint: the input as it is, and the input as one block with right checksums.
  static let bundle = Harness("bundle") { input in
    let shard = Bytes([UInt8](repeating: 0x3F, count: 256))
    _ = try? NamedWeights(index: Bytes(input), shards: [shard])
    _ = try? SortedTable.entries(of: Bytes(input))
    let table = sealedTable(input)
    _ = try SortedTable.entries(of: table)
    try isWritten(NamedWeights(index: table, shards: [shard, shard]))
  }

  /// Writes weights as safetensors, and reads them again.
  private static func isWritten(_ weights: NamedWeights) throws {
    let written = Bytes(try weights.safetensors(metadata: weights.metadata).flatMap { Array($0) })
    let again = try? NamedWeights(bytes: written)
    try agree(again == weights || weights.names.isEmpty, "weights differ after writing")
  }

  /// Returns a table of one block: its entries, its checksum, an index of one entry, and the footer.
  private static func sealedTable(_ block: [UInt8]) -> Bytes {
    func sealed(_ contents: [UInt8]) -> [UInt8] {
      let checked = contents + [0]
      return checked + littleEndian(CRC32C(of: Bytes(checked)).masked)
    }
    func varint(_ number: Int) -> [UInt8] {
      number < 0x80 ? [UInt8(number)] : [UInt8(number & 0x7F) | 0x80] + varint(number >> 7)
    }
    let handle = varint(0) + varint(block.count)
    let index = [0, 1, UInt8(handle.count), 0x7A] + handle + littleEndian(UInt32(0)) + littleEndian(UInt32(1))
    let start = block.count + 5
    var footer: [UInt8] = [0, 0] + varint(start) + varint(index.count)
    footer += [UInt8](repeating: 0, count: 40 - footer.count)
    return Bytes(sealed(block) + sealed(index) + footer + littleEndian(UInt64(0xDB47_7524_8B80_FB57)))
  }
}
