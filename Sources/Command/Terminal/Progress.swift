import Heads
import Synchronization

/// The progress of work on standard error: on a terminal a bar with the rate and the time left, redrawn at most ten times a
/// second; elsewhere a line every ten seconds.
final class Progress: Sendable {
  private struct State {
    var lastShown: ContinuousClock.Instant
    var isDrawn = false
  }

  private let total: Int
  private let isWatched: Bool
  private let start = ContinuousClock.now
  private let state: Mutex<State>

  private static let redrawing = Duration.milliseconds(100)
  private static let lines = Duration.seconds(10)
  // Before that, the rate says nothing.
  private static let settling = Duration.milliseconds(500)

  /// - Parameter total: The number of work items; for 0 nothing is shown.
  init(total: Int) {
    self.total = total
    isWatched = Terminal.isWatched
    state = Mutex(State(lastShown: isWatched ? start - Self.redrawing : start))
  }

  /// Shows the number of finished items.
  func update(_ done: Int) {
    guard total > 0 else { return }
    let now = ContinuousClock.now
    state.withLock { state in
      guard now - state.lastShown >= (isWatched ? Self.redrawing : Self.lines) || (isWatched && done == total) else {
        return
      }
      state.lastShown = now
      let words = Self.words(done: done, total: total, elapsed: now - start)
      if isWatched {
        Terminal.draw("\r\(Self.line(done: done, total: total, words: words, columns: Terminal.columns))\u{1B}[K")
        state.isDrawn = true
      } else {
        Terminal.say((words.first ?? "") + "\n")
      }
    }
  }

  /// Removes the bar.
  func finish() {
    state.withLock { state in
      if state.isDrawn { Terminal.draw("\r\u{1B}[K") }
      state.isDrawn = false
    }
  }

  /// Returns the count, the rate and the time left, such as `120 of 500, 40 per second, 10 s left`, and then ever shorter words
  /// for less room.
  static func words(done: Int, total: Int, elapsed: Duration) -> [String] {
    let count = "\(done) of \(total)"
    let percent = "\(total > 0 ? Int(100 * Double(done) / Double(total)) : 0) %"
    let seconds = elapsed / .seconds(1)
    guard done > 0, elapsed >= settling else { return [count, percent] }
    let rate = Double(done) / seconds
    let left = "\(Table.time(Double(total - done) / rate)) left"
    return ["\(count), \(Table.rate(rate)) per second, \(left)", "\(count), \(left)", count, percent]
  }

  /// Returns a bar and words that fit into a terminal, whose last column stays empty; the bar is left out where it would be
  /// shorter than eight characters.
  static func line(done: Int, total: Int, words: [String], columns: Int) -> String {
    let room = max(0, columns - 1)
    let words = words.first { $0.count <= room } ?? ""
    let width = min(40, room - words.count - 1)
    guard width >= 8 else { return words }
    let length = max(0, min(width, total > 0 ? done * width / total : 0))
    return String(repeating: "█", count: length) + String(repeating: "░", count: width - length) + " " + words
  }
}

extension Table {
  /// Returns a rate with two digits or more, as in `0.45`, `4.5` and `450`.
  static func rate(_ rate: Double) -> String { Decimals.string(rate, places: rate < 1 ? 2 : rate < 10 ? 1 : 0) }

  /// Returns a time in seconds, minutes or hours, as in `12 s`, `3 min 5 s` and `2 h 10 min`.
  static func time(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "a long time" }
    let whole = Int(max(0, seconds).rounded(.up))
    if whole < 60 { return "\(whole) s" }
    return whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
