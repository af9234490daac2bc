import Synchronization

/// A bar that grows while the work goes on, where somebody watches; in a pipe there is none.
final class Progress: Sendable {
  private let total: Int
  private let isShown: Bool
  // The bar's length when it was last drawn.
  private let drawn = Mutex(-1)

  /// - Parameter total: How many pieces of work there are; of none no bar is shown.
  init(total: Int) {
    self.total = total
    isShown = total > 0 && Terminal.isWatched
  }

  /// Shows that so many pieces are done.
  func update(_ done: Int) {
    guard isShown else { return }
    let length = min(Self.width, done * Self.width / total)
    drawn.withLock { drawn in
      guard length != drawn || done == total else { return }
      drawn = length
      let bar = String(repeating: "█", count: length) + String(repeating: "░", count: Self.width - length)
      Terminal.say("\r\(bar) \(done) of \(total)")
    }
  }

  /// Takes the bar away, if there is one.
  func finish() {
    drawn.withLock { drawn in
      if drawn >= 0 { Terminal.say("\r\u{1B}[K") }
      drawn = -1
    }
  }

  private static let width = 40
}
