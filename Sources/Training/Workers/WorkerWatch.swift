import Dispatch
import Synchronization
import Torch

/// Watches the workers while they train, so that all end within seconds of the first one that ends, and know which it was.
///
/// Each worker counts in the store twice a second, or writes there why it ends. Rank 0 reads that of all, and writes the
/// verdict: the rank that ended the run. Every worker with a verdict closes its connections, so that what waits for the
/// others fails. A worker whose store fails, or does not answer for long, knows that rank 0 ended, because rank 0 serves it.
final class WorkerWatch: Sendable {
  /// The rank that ended the run, and its reason, or nil if it gave none.
  struct Verdict: Sendable, Hashable {
    let rank: Int
    let reason: String?
  }

  private struct State {
    var beats = 0
    var isOver = false
    var isSuspicious = false
    var hasToldSuspicion = false
    /// The seconds since the store answered.
    var silence = 0
    var verdict: Verdict?
    /// The last sign of each rank, and when it changed.
    var signs: [Int: (sign: String, time: ContinuousClock.Instant)] = [:]
  }

  private let store: TorchStore
  private let group: TorchGroup
  private let queue: DispatchQueue
  // While the store does not answer, `queue` waits.
  private let silenceQueue = DispatchQueue(label: "imprint.workers.silence")
  private let state = Mutex(State())
  private let clock = ContinuousClock()

  private static let verdictKey = "verdict"
  private static let suspicionKey = "suspicion"
  private static let interval = 0.5
  /// How long a worker may be silent: a machine that is cut off, and one of which connections were closed.
  private static let patience = Duration.seconds(20)
  private static let shortPatience = Duration.seconds(2.5)
  /// How long the store may take for an answer.
  static let answerLimit = Duration.seconds(10)

  /// Begins to watch.
  ///
  /// - Parameter store: A connection to the store that nothing else uses.
  init(_ store: TorchStore, of group: TorchGroup) {
    self.store = store
    self.group = group
    queue = DispatchQueue(label: "imprint.workers")
    schedule(after: 0)
    if group.rank > 0 { scheduleSilence() }
  }

  private func schedule(after seconds: Double) {
    queue.asyncAfter(deadline: .now() + seconds) { [weak self] in
      guard let self, !state.withLock({ $0.isOver }) else { return }
      look()
      schedule(after: Self.interval)
    }
  }

  /// Counts the seconds in which rank 0 does not answer, and ends the run after too many. Its machine is cut off, or stands
  /// still; libtorch's store would wait for as long as the system sends again, a quarter of an hour.
  private func scheduleSilence() {
    silenceQueue.asyncAfter(deadline: .now() + 1) { [weak self] in
      guard let self else { return }
      let (isOver, silence) = state.withLock { state in
        state.silence += 1
        return (state.isOver || state.verdict != nil, state.silence)
      }
      guard !isOver else { return }
      guard silence < Int(Self.patience.components.seconds) else { return conclude(Verdict(rank: 0, reason: nil)) }
      scheduleSilence()
    }
  }

  /// Ends the watch before this worker leaves; the others may then leave without being missed.
  func stop() { state.withLock { $0.isOver = true } }

  /// Tells the other workers why this one ends the run.
  func end(because reason: String) {
    let verdict = Verdict(rank: group.rank, reason: reason)
    state.withLock { state in
      state.verdict = state.verdict ?? verdict
      state.isOver = true
    }
    Workers.attempt(on: queue) { [self] in
      try store.set(Self.key(of: group.rank), Self.reasonMark + reason)
      if group.rank == 0 { try publish(verdict) }
    }
  }

  /// Returns who ended the run, after an operation of this worker failed; nil if all workers are well.
  func verdict() -> Verdict? {
    state.withLock { $0.isSuspicious = true }
    let end = clock.now + Self.shortPatience * 3
    while clock.now < end {
      if let verdict = state.withLock({ $0.verdict }) { return verdict }
      Workers.pause(seconds: 0.05)
    }
    return nil
  }

  private static func key(of rank: Int) -> String { "sign/\(rank)" }
  private static let reasonMark = "!"

  private func look() {
    var found: Verdict?
    do throws(TorchError) {
      try sign()
      found = try group.rank == 0 ? judge() : read()
      state.withLock { $0.silence = 0 }
    } catch {
      // Rank 0 sees the others only through its own store, which no one else can take away.
      found = Verdict(rank: 0, reason: nil)
    }
    if let found { conclude(found) }
  }

  /// Takes the first verdict, and closes the connections.
  private func conclude(_ verdict: Verdict) {
    let isFirst = state.withLock { state in
      guard !state.isOver, state.verdict == nil else { return false }
      state.verdict = verdict
      return true
    }
    if isFirst { group.hangUp() }
  }

  private func sign() throws(TorchError) {
    let (beat, tellsSuspicion) = state.withLock { state in
      state.beats += 1
      let tells = state.isSuspicious && !state.hasToldSuspicion
      state.hasToldSuspicion = state.isSuspicious
      return (state.beats, tells)
    }
    try store.set(Self.key(of: group.rank), "\(beat)")
    if tellsSuspicion { try store.set(Self.suspicionKey, "\(group.rank)") }
  }

  /// Returns the verdict of rank 0, if there is one.
  private func read() throws(TorchError) -> Verdict? {
    guard let text = try store.value(of: Self.verdictKey) else { return nil }
    let parts = text.split(separator: "\n", maxSplits: 1)
    guard let rank = parts.first.flatMap({ Int($0) }) else { return nil }
    return Verdict(rank: rank, reason: parts.count > 1 ? String(parts[1]) : nil)
  }

  /// Finds the worker that ended, and tells the others.
  private func judge() throws(TorchError) -> Verdict? {
    let isSuspicious = try store.value(of: Self.suspicionKey) != nil || state.withLock { $0.isSuspicious }
    for rank in 1..<group.count {
      let sign = try store.value(of: Self.key(of: rank)) ?? ""
      var verdict: Verdict?
      if sign.hasPrefix(Self.reasonMark) {
        verdict = Verdict(rank: rank, reason: String(sign.dropFirst(Self.reasonMark.count)))
      } else {
        let now = clock.now
        let last = state.withLock { state in
          if state.signs[rank]?.sign != sign { state.signs[rank] = (sign, now) }
          return state.signs[rank]?.time ?? now
        }
        if now - last > (isSuspicious ? Self.shortPatience : Self.patience) {
          verdict = Verdict(rank: rank, reason: nil)
        }
      }
      if let verdict {
        try publish(verdict)
        return verdict
      }
    }
    return nil
  }

  private func publish(_ verdict: Verdict) throws(TorchError) {
    try store.set(Self.verdictKey, "\(verdict.rank)\n\(verdict.reason ?? "")")
  }
}
