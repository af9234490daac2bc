import Heads
import Synchronization
import Training

/// Shows the progress of training on standard error: a status line on a terminal, and a line per epoch.
final class TrainingDisplay: Sendable {
  private let isOpen = Mutex(false)

  func show(_ event: TrainingEvent) {
    switch event {
    case .embedding(let done, let count):
      change("Embedding \(done) of \(count) pictures")
    case .begins(let stepsPerEpoch, let step):
      if step > 0 { line("Resuming after step \(step), \(stepsPerEpoch) steps per epoch") }
    case .step(let progress):
      change(
        """
        epoch \(progress.epoch) of \(progress.epochs)  step \(progress.step) of \(progress.steps)  \
        loss \(Decimals.string(progress.loss, places: 3))  accuracy \(Table.percent(progress.accuracy))  \
        \(Self.time(progress.secondsLeft)) left
        """)
    case .epoch(let result, let isBest):
      let tested = result.testAccuracy.map { "  test \(Table.percent($0))\(isBest ? " (best)" : "")" } ?? ""
      line(
        """
        epoch \(result.epoch)  loss \(Decimals.string(result.loss, places: 3))  \
        accuracy \(Table.percent(result.accuracy))\(tested)  \(Decimals.string(result.seconds, places: 1)) s
        """)
    }
  }

  func show(_ event: ExperimentEvent) {
    switch event {
    case .embedding(let done, let count): change("Embedding \(done) of \(count) pictures")
    case .round(let done, let count): change("Learning new classes: \(done) of \(count) rounds")
    }
  }

  /// Removes the status line.
  func finish() {
    isOpen.withLock { isOpen in
      if isOpen { Terminal.draw(Terminal.clearing) }
      isOpen = false
    }
  }

  private func change(_ text: String) {
    guard Terminal.isWatched else { return }
    isOpen.withLock { isOpen in
      isOpen = true
      Terminal.draw(Terminal.clearing + Terminal.visible(text))
    }
  }

  private func line(_ text: String) {
    finish()
    Terminal.say(text + "\n")
  }

  private static func time(_ seconds: Double) -> String {
    let whole = Int(min(max(0, seconds), 1e9))
    let minutes = whole / 60
    if minutes >= 60 { return "\(minutes / 60) h \(minutes % 60) min" }
    return minutes > 0 ? "\(minutes) min \(whole % 60) s" : "\(whole) s"
  }
}
