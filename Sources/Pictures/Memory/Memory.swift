/// A block of memory that is used again and again: it grows when more is asked for and forgets what it held.
final class Memory {
  private var start: UnsafeMutableRawPointer?
  private var count = 0

  deinit { start?.deallocate() }

  /// At least `wanted` bytes, aligned for any vector type, of undefined content. Valid until the next call.
  func bytes(_ wanted: Int) -> UnsafeMutableRawPointer {
    if let start, count >= wanted { return start }
    start?.deallocate()
    count = max(wanted, 4096)
    let fresh = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 64)
    start = fresh
    return fresh
  }

  /// Gives the block back where it is larger than `limit`.
  func trim(to limit: Int) {
    guard count > limit else { return }
    start?.deallocate()
    start = nil
    count = 0
  }
}
