import Foundation

/// Bytes at an address that the runtime accepts.
final class AlignedMemory: @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer

  init(_ data: Data) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: data.count, alignment: 64)
    data.copyBytes(to: memory)
    bytes = UnsafeRawBufferPointer(memory)
  }

  deinit { bytes.deallocate() }
}
