import Torch

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How the workers meet: rank 0 waits until all have come, and lets them begin.
struct WorkerMeeting {
  private let place: WorkerPlace
  private let store: TorchStore
  private let limit: Duration

  init(_ place: WorkerPlace, store: TorchStore, limit: Duration) {
    self.place = place
    self.store = store
    self.limit = limit
  }

  /// Waits for the others.
  ///
  /// - Throws: ``WorkerError`` on all workers that have come, `TorchError`, `CancellationError`.
  func meet() throws {
    let isFirstOfRank = try store.count("claim/\(place.rank)") == 1
    if isFirstOfRank {
      try store.set("count/\(place.rank)", "\(place.count)")
    } else {
      try store.set("twice", "\(place.rank)")
      throw WorkerError.sameRank(place.rank)
    }
    if place.rank == 0 {
      do {
        try waitForAll()
        try store.set(Self.key, "")
      } catch {
        try? store.set(Self.key, "\(error)")
        // The others read it while this process still serves the store.
        Workers.pause(seconds: 1)
        throw error
      }
    } else {
      try waitForFirst()
    }
  }

  private static let key = "meeting"

  private func waitForAll() throws {
    var missing = Array(1..<place.count)
    let end = ContinuousClock().now + limit
    while !missing.isEmpty {
      try Task.checkCancellation()
      if let rank = try store.value(of: "twice").flatMap({ Int($0) }) { throw WorkerError.sameRank(rank) }
      var waiting: [Int] = []
      for rank in missing {
        guard let count = try store.value(of: "count/\(rank)").flatMap({ Int($0) }) else {
          waiting.append(rank)
          continue
        }
        guard count == place.count else {
          throw WorkerError.otherCount(rank: rank, count: count, expected: place.count)
        }
      }
      missing = waiting
      guard missing.isEmpty || ContinuousClock().now < end else {
        throw WorkerError.missing(missing, of: place.count, limit: limit)
      }
      if !missing.isEmpty { Workers.pause(seconds: 0.05) }
    }
  }

  private func waitForFirst() throws {
    // Rank 0 gives up first, and says for whom it waited.
    let end = ContinuousClock().now + limit + .seconds(5)
    while ContinuousClock().now < end {
      try Task.checkCancellation()
      if let count = try answer(of: "count/0").flatMap({ Int($0) }), count != place.count {
        throw WorkerError.otherCount(rank: place.rank, count: place.count, expected: count)
      }
      if let reason = try answer(of: Self.key) {
        guard reason.isEmpty else { throw WorkerError.ended(0, reason: reason) }
        return
      }
      Workers.pause(seconds: 0.05)
    }
    throw WorkerError.missing([0], of: place.count, limit: limit)
  }

  private func answer(of key: String) throws -> String? {
    do throws(TorchError) { return try store.value(of: key) } catch { throw WorkerError.lost(0) }
  }
}

extension Workers {
  /// Blocks the thread for a while: the end of a cancelled task must not skip it.
  static func pause(seconds: Double) { usleep(UInt32(1e6 * seconds)) }
}
