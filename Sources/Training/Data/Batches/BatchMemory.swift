/// Memory for a batch's pixels, which several threads fill at the same time.
///
/// Each picture's part is written by one of them, and nothing is read before all have told, under a lock, that they are
/// done: what makes it `Sendable`.
final class BatchMemory: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer

  /// Bytes of undefined content.
  init(count: Int) { bytes = .allocate(byteCount: count, alignment: 64) }

  deinit { bytes.deallocate() }
}
