import CImprint
import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

private let version = CText(PackageVersion.text)

@_cdecl("imprint_version")
public func libraryVersion() -> UnsafePointer<CChar>? { version.pointer }

/// Bytes for C, followed by a NUL that the size does not count.
final class ByteBox: Handle {
  let memory: UnsafeMutableRawBufferPointer
  let size: Int

  init(_ bytes: some Collection<UInt8>) {
    size = bytes.count
    memory = .allocate(byteCount: size + 1, alignment: 16)
    memory.copyBytes(from: bytes)
    memory[size] = 0
  }

  convenience init(json value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    self.init(try encoder.encode(value))
  }

  deinit { memory.deallocate() }
}

@_cdecl("imprint_bytes_data")
public func bytesData(_ bytes: OpaquePointer?) -> UnsafeRawPointer? {
  Handle.find(bytes, as: ByteBox.self)?.memory.baseAddress.map { UnsafeRawPointer($0) }
}

@_cdecl("imprint_bytes_size")
public func bytesSize(_ bytes: OpaquePointer?) -> Int { Handle.find(bytes, as: ByteBox.self)?.size ?? 0 }

@_cdecl("imprint_bytes_free")
public func freeBytes(_ bytes: OpaquePointer?) { Handle.free(bytes) }
