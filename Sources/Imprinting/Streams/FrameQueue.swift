#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Frames on their way from their sources to a classifier.
///
/// A live source never waits for the classifier: where that is slower than the camera, a newer frame takes the place of
/// one that waits, which is dropped and counted, so the latency does not grow. A classifier that is fast enough, but
/// was held up for a moment, makes up for it: a few frames wait then, and none is dropped. Other sources wait, and none
/// of their frames is dropped.
///
/// A live source is slowed to 250 frames a second while frames are dropped: no camera is faster, and reading a pipe
/// faster than that would only take time from the classifier.
public final class FrameQueue: @unchecked Sendable {
  private struct Lane {
    var isLive: Bool
    var waiting: [Frame] = []
    var dropped = 0
    var hasEnded = false
    /// Whether the classifier is slower than this live source, so that only the newest frame is kept.
    var isBehind = false
    /// The number of frames since the last one that was dropped.
    var calm = 0
  }

  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  // Guarded by `lock`.
  private var lanes: [Lane]
  private var turn = 0
  private var isClosed = false
  private var taken = 0

  /// The frames of a source that is not live which wait at most.
  private static let capacity = 4
  /// The frames of a live source which wait at most: a fifth of a second of most cameras.
  static let liveCapacity = 6
  /// The frames without a drop after which the classifier counts as fast enough again.
  private static let calmFrames = 30

  /// Makes a queue.
  ///
  /// - Parameter live: For each source whether it is live.
  public init(live: [Bool]) {
    lanes = live.map { Lane(isLive: $0) }
    lock = .allocate(capacity: 1)
    changed = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(lock)
    changed.deallocate()
    lock.deallocate()
  }

  /// Puts a frame into the queue; waits while the queue of a source that is not live is full.
  ///
  /// - Returns: Whether the queue is open; otherwise there is no use for further frames.
  @discardableResult
  public func put(_ frame: Frame) -> Bool {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    guard lanes.indices.contains(frame.source) else { return !isClosed }
    if lanes[frame.source].isLive {
      putLive(frame)
    } else {
      while !isClosed, lanes[frame.source].waiting.count >= Self.capacity { pthread_cond_wait(changed, lock) }
      lanes[frame.source].waiting.append(frame)
    }
    pthread_cond_broadcast(changed)
    return !isClosed
  }

  private func putLive(_ frame: Frame) {
    let limit = lanes[frame.source].isBehind ? 1 : Self.liveCapacity
    if !isClosed, lanes[frame.source].waiting.count >= limit { wait(milliseconds: 4, lane: frame.source, limit: limit) }
    if lanes[frame.source].waiting.count >= limit {
      lanes[frame.source].dropped += lanes[frame.source].waiting.count
      lanes[frame.source].waiting = []
      (lanes[frame.source].isBehind, lanes[frame.source].calm) = (true, 0)
    } else {
      lanes[frame.source].calm += 1
      if lanes[frame.source].calm >= Self.calmFrames { lanes[frame.source].isBehind = false }
    }
    lanes[frame.source].waiting.append(frame)
  }

  /// Waits until a frame of a lane is taken, for a few milliseconds at most.
  private func wait(milliseconds: Int, lane: Int, limit: Int) {
    var end = timespec()
    clock_gettime(CLOCK_REALTIME, &end)
    end.tv_nsec += milliseconds * 1_000_000
    if end.tv_nsec >= 1_000_000_000 {
      end.tv_nsec -= 1_000_000_000
      end.tv_sec += 1
    }
    while !isClosed, lanes[lane].waiting.count >= limit {
      if pthread_cond_timedwait(changed, lock, &end) != 0 { return }
    }
  }

  /// Counts a frame of a source that is not to be classified although it came.
  public func drop(source: Int) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    if lanes.indices.contains(source) { lanes[source].dropped += 1 }
  }

  /// Ends a source; its waiting frames can still be taken.
  public func end(source: Int) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    if lanes.indices.contains(source) { lanes[source].hasEnded = true }
    pthread_cond_broadcast(changed)
  }

  /// Ends all sources at once, and forgets their frames.
  public func close() {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    isClosed = true
    for place in lanes.indices { lanes[place].waiting = [] }
    pthread_cond_broadcast(changed)
  }

  /// Waits for a frame, from each source in turn.
  ///
  /// - Returns: The frame, its place among the frames that were taken, and the number of frames of its source that were
  ///   dropped before; nil when all sources have ended.
  package func take() -> (frame: Frame, place: Int, dropped: Int)? {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while true {
      if isClosed { return nil }
      for step in lanes.indices {
        let source = (turn + step) % lanes.count
        guard !lanes[source].waiting.isEmpty else { continue }
        let frame = lanes[source].waiting.removeFirst()
        turn = source + 1
        taken += 1
        pthread_cond_broadcast(changed)
        return (frame, taken - 1, lanes[source].dropped)
      }
      if lanes.allSatisfy(\.hasEnded) { return nil }
      pthread_cond_wait(changed, lock)
    }
  }

  /// Whether the queue was closed, so that no frame is taken any more.
  public var hasClosed: Bool {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return isClosed
  }

  /// Returns the number of frames of a source that were dropped.
  public func dropped(source: Int) -> Int {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return lanes.indices.contains(source) ? lanes[source].dropped : 0
  }
}
