import Synchronization

/// What happens in a project, for those who watch it.
public enum StudioEvent: Sendable, Hashable {
  /// Something in the project changed.
  case change(revision: Int)
  /// There is a new estimate.
  case estimate(revision: Int)
  /// Work goes on.
  case progress(what: String, done: Int, total: Int)
  /// There is a problem.
  case problem(ProjectProblem)
}

/// Hands events to all who watch.
public final class StudioEvents: Sendable {
  private struct State {
    var next = 0
    var watchers: [Int: AsyncStream<StudioEvent>.Continuation] = [:]
    var hasEnded = false
  }

  private let state = Mutex(State())

  /// Returns the events from now on. A watcher that does not keep up misses the oldest.
  public func watch() -> AsyncStream<StudioEvent> {
    AsyncStream(bufferingPolicy: .bufferingNewest(64)) { continuation in
      let key = state.withLock { state -> Int? in
        guard !state.hasEnded, state.watchers.count < Self.mostWatchers else { return nil }
        state.next += 1
        state.watchers[state.next] = continuation
        return state.next
      }
      guard let key else { return continuation.finish() }
      continuation.onTermination = { [weak self] _ in _ = self?.state.withLock { $0.watchers.removeValue(forKey: key) }
      }
    }
  }

  func send(_ event: StudioEvent) {
    for watcher in state.withLock({ Array($0.watchers.values) }) { watcher.yield(event) }
  }

  func end() {
    let watchers = state.withLock { state in
      state.hasEnded = true
      defer { state.watchers = [:] }
      return Array(state.watchers.values)
    }
    for watcher in watchers { watcher.finish() }
  }

  private static let mostWatchers = 64
}
