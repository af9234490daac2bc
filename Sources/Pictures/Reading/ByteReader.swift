/// Reads whole numbers from bytes that nobody vouches for: what lies outside is `nil`.
struct ByteReader {
  let bytes: UnsafeRawBufferPointer
  var bigEndian: Bool

  init(_ bytes: UnsafeRawBufferPointer, bigEndian: Bool) {
    self.bytes = bytes
    self.bigEndian = bigEndian
  }

  var count: Int { bytes.count }

  func byte(_ offset: Int) -> UInt8? {
    guard offset >= 0, offset < bytes.count else { return nil }
    return bytes[offset]
  }

  func uint16(_ offset: Int) -> UInt16? { read(offset) }

  func uint32(_ offset: Int) -> UInt32? { read(offset) }

  func int32(_ offset: Int) -> Int32? { read(offset) }

  private func read<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> Number? {
    guard offset >= 0, bytes.count >= MemoryLayout<Number>.size, offset <= bytes.count - MemoryLayout<Number>.size
    else { return nil }
    let number = bytes.loadUnaligned(fromByteOffset: offset, as: Number.self)
    return bigEndian ? Number(bigEndian: number) : Number(littleEndian: number)
  }
}
