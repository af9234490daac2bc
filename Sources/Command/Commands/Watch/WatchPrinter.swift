import Heads
import Imprinting
import Pictures
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Prints answers for frames, and acts on changes.
final class WatchPrinter: Sendable {
  private struct State {
    var trackers: [AnswerTracker]
    /// The last picture error of each source, which is not repeated for every frame.
    var errors: [PictureError?]
    /// How often each source was opened again.
    var reopenings: [Int]
    /// The last answer of each source of which nothing was announced yet.
    var unannounced: [(answer: Answer, frame: FrameClassifier.Answered)?]
    var isLineDrawn = false
  }

  private let sources: [String]
  private let isJSON, showsFrames: Bool
  private let topK: Int
  private let least: Float
  private let saver: FrameSaver?
  private let view: PictureView
  private let program: ChangeProgram?
  private let state: Mutex<State>

  init(
    sources: [String], isJSON: Bool, showsFrames: Bool, topK: Int, least: Float, saver: FrameSaver?, view: PictureView,
    program: ChangeProgram?, tracking: [AnswerTracker.Settings]
  ) {
    (self.sources, self.isJSON, self.showsFrames, self.topK, self.least) = (sources, isJSON, showsFrames, topK, least)
    (self.saver, self.view, self.program) = (saver, view, program)
    state = Mutex(
      State(
        trackers: tracking.map { AnswerTracker($0) }, errors: sources.map { _ in nil },
        reopenings: sources.map { _ in 0 },
        unannounced: sources.map { _ in nil }))
  }

  /// Shows the answer for a frame.
  ///
  /// - Throws: `AtomicFileError` where standard output cannot be written.
  func show(_ answered: FrameClassifier.Answered) throws {
    let source = answered.frame.source
    guard sources.indices.contains(source) else { return }
    switch answered.result {
    case .failure(let error):
      let isNew = state.withLock { state in
        defer { state.errors[source] = error }
        return state.errors[source]?.code != error.code
      }
      if isNew {
        clearLine()
        Terminal.warn("\(sources[source]), frame \(answered.frame.number): \(ErrorText(error).line)")
      }
    case .success(let answer):
      let (before, tracked) = state.withLock { state in
        state.errors[source] = nil
        if state.reopenings[source] != answered.frame.reopenings {
          // What was seen before the break says nothing of now.
          state.trackers[source].reset()
          state.reopenings[source] = answered.frame.reopenings
        }
        let before = state.trackers[source].announced
        let tracked = state.trackers[source].add(answer, at: answered.frame.time)
        state.unannounced[source] = before == nil && !tracked.isAnnounced ? (answer, answered) : nil
        return (before, tracked)
      }
      try show(answer, tracked.state, isChange: tracked.isAnnounced, before: before, answered)
    }
  }

  /// Announces the classes of sources that ended before any class held for long enough, and removes the line that is
  /// drawn.
  ///
  /// - Throws: `AtomicFileError` where standard output cannot be written.
  func finish() throws {
    for source in sources.indices {
      let (last, end) = state.withLock { state in
        (state.unannounced[source], state.trackers[source].finish())
      }
      if let last, let end { try show(last.answer, end, isChange: true, before: nil, last.frame) }
    }
    clearLine()
  }

  private func show(
    _ answer: Answer, _ tracked: AnswerTracker.State, isChange: Bool, before: AnswerTracker.State?,
    _ answered: FrameClassifier.Answered
  ) throws {
    var picture: URL?
    let time = Date.now
    if isChange {
      picture = save(answered.frame, as: tracked.name, at: time)
      program?.note(
        .init(
          name: tracked.name, score: tracked.score, before: before?.name, source: sources[answered.frame.source],
          frame: answered.frame.number, time: Self.text(time), picture: picture))
    }
    if isJSON {
      guard isChange || showsFrames else { return }
      let record = Record(
        event: isChange ? "change" : "frame", time: Self.text(time), source: sources[answered.frame.source],
        frame: answered.frame.number, class: tracked.name, score: tracked.score, before: isChange ? before?.name : nil,
        unknown: answer.isUnknown,
        classes: answer.classes.filter { $0.score >= least }.prefix(topK).map { $0 },
        latencyMilliseconds: (answered.latency / .milliseconds(1) * 10).rounded() / 10, dropped: answered.dropped,
        picture: picture?.relativePath)
      try Terminal.print(Terminal.json(record, isOneLine: true))
      return
    }
    let name = sources.count > 1 ? "\(sources[answered.frame.source])  " : ""
    let score = Decimals.string(Double(tracked.score), places: 3)
    if isChange || showsFrames {
      clearLine()
      let kept = picture.map { "  \($0.relativePath)" } ?? ""
      try Terminal.print("\(Self.clock(time))  \(name)\(tracked.name) \(score)\(kept)")
    }
    guard Terminal.isWatched else { return }
    let milliseconds = Decimals.string(answered.latency / .milliseconds(1), places: 0)
    let line =
      "\(name)\(tracked.name) \(score)  frame \(answered.frame.number), \(milliseconds) ms, \(answered.dropped) dropped"
    state.withLock { $0.isLineDrawn = true }
    Terminal.draw(Terminal.clearing + Terminal.visible(String(line.prefix(Terminal.columns - 1))))
  }

  private func save(_ frame: Frame, as name: String, at time: Date) -> URL? {
    guard let saver else { return nil }
    do {
      return try saver.save(frame, view: .whole, name: "\(Self.text(time).replacing(":", with: "-"))-\(name)")
    } catch {
      clearLine()
      Terminal.warn(error)
      return nil
    }
  }

  private func clearLine() {
    let wasDrawn = state.withLock { state in
      defer { state.isLineDrawn = false }
      return state.isLineDrawn
    }
    if wasDrawn { Terminal.draw(Terminal.clearing) }
  }

  private static func text(_ time: Date) -> String {
    time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }

  /// Returns the time of day, where the machine is.
  private static func clock(_ time: Date) -> String {
    var seconds = time_t(time.timeIntervalSince1970)
    var parts = tm()
    localtime_r(&seconds, &parts)
    return [parts.tm_hour, parts.tm_min, parts.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
  }

  /// A line of JSON.
  private struct Record: Encodable {
    let event: String
    let time: String
    let source: String
    let frame: Int
    let `class`: String
    let score: Float
    let before: String?
    let unknown: Bool
    let classes: [Classification]
    let latencyMilliseconds: Double
    let dropped: Int
    let picture: String?
  }
}
