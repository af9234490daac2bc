#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A pool of decoders, each for one thread at a time.
///
/// It keeps as many decoders as were ever in use at once.
final class DecoderPool: @unchecked Sendable {
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private var idle: [PictureDecoder] = []  // guarded by `lock`

  init() {
    lock = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  /// Calls `body` with a decoder that no other caller uses at the same time.
  func use<Result, Failure: Error>(_ body: (PictureDecoder) throws(Failure) -> Result) throws(Failure) -> Result {
    let decoder = take() ?? PictureDecoder()
    defer { put(back: decoder) }
    return try body(decoder)
  }

  private func take() -> PictureDecoder? {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return idle.popLast()
  }

  private func put(back decoder: PictureDecoder) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    idle.append(decoder)
  }
}

/// A reusable block of memory. It grows when more is needed, and then loses its contents.
final class ReusableBuffer {
  private var start: UnsafeMutableRawPointer?
  private var count = 0

  deinit { start?.deallocate() }

  /// Returns at least `wanted` bytes with undefined contents, aligned for any vector type. They are valid until the
  /// next call.
  func bytes(_ wanted: Int) -> UnsafeMutableRawPointer {
    if let start, count >= wanted { return start }
    start?.deallocate()
    count = max(wanted, 4096)
    let fresh = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 64)
    start = fresh
    return fresh
  }

  /// Frees the block if it is larger than `limit`.
  func trim(to limit: Int) {
    guard count > limit else { return }
    start?.deallocate()
    start = nil
    count = 0
  }
}
