#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Things that are costly to make and serve one thread at a time, kept for the next that needs one.
///
/// It holds as many as were ever in use at once.
final class Pool<Item: AnyObject>: @unchecked Sendable {
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let make: @Sendable () -> Item
  private var idle: [Item] = []  // guarded by `lock`

  init(make: @escaping @Sendable () -> Item) {
    self.make = make
    lock = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  /// Calls `body` with an item that nobody else has meanwhile.
  func use<Result, Failure: Error>(_ body: (Item) throws(Failure) -> Result) throws(Failure) -> Result {
    let item = take() ?? make()
    defer { put(back: item) }
    return try body(item)
  }

  private func take() -> Item? {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return idle.popLast()
  }

  private func put(back item: Item) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    idle.append(item)
  }
}
