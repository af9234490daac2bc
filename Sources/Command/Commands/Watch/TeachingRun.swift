import ArgumentParser
import Heads
import Imprinting
import Inference
import Pictures
import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `watch --teach`: answers with what it was taught a moment before, and learns the frames for which a digit is pressed.
struct TeachingRun {
  let source: WatchSource
  let classes: [String]
  let base: URL
  let output: URL
  let frames: FrameOptions
  let resize: Resize?
  let execution: Execution

  /// Checks the output and runs until `q` is pressed or the source ends.
  ///
  /// - Throws: ``UsageError`` without a terminal; the errors of the sources and of the model.
  func run() async throws {
    guard TerminalKeys.isPossible, source.kind != .standardInput else {
      throw UsageError("--teach reads keys, and standard input is no terminal", remedy: "run it on a terminal")
    }
    for file in [output, Teacher.labelFile(for: output), Teacher.embeddingsFile(for: output)] {
      try OutputFile.check(file)
    }
    let taught = try FileManager.default.fileExists(atPath: output.path) ? TaughtClassifier(contentsOf: output) : nil
    var earlier: EmbeddingSet?
    if let taught {
      guard case .all(let set) = taught.embeddings, set.space.augmentation == .off else {
        throw UsageError(
          "\(output.relativePath) exists, and has no embeddings of one view beside it from which to go on",
          remedy: "write another file with --output")
      }
      earlier = set
    }
    let teacher = try LocatedError.naming(base) {
      try Teacher(model: base, resize: resize, from: earlier, execution: execution)
    }
    let live = try LiveTeacher(teacher.extractor, from: earlier)
    let lesson = try TeachingLesson(live, classes: classes, view: frames.view)
    let keys = TerminalKeys()
    let queue = FrameQueue(live: [source.isLive])
    Terminal.say(
      classes.enumerated().map { "\($0 + 1) \($1)" }.joined(separator: "   ") + "   u takes back   q saves and ends\n")
    let ends = try await FrameWork.run([source], queue: queue, settings: frames.settings) {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask(executorPreference: BlockingExecutor()) {
          defer { queue.close() }
          while let (frame, _, dropped) = queue.take(),
            try await lesson.take(frame, dropped: dropped, keys: keys.pressed())
          {}
        }
        group.addTask(executorPreference: BlockingExecutor()) { keys.run { !queue.hasClosed && !Task.isCancelled } }
        try await group.waitForAll()
      }
    }
    Terminal.draw("\r\u{1B}[K")
    try await save(lesson.live, model: base)
    if ends.contains(.broken) { throw ExitCode(FrameOptions.brokenCode) }
  }

  private func save(_ live: LiveTeacher, model: URL) async throws {
    guard live.hasChanged else {
      Terminal.note("nothing was taught, so nothing is written")
      return
    }
    guard live.classes.count > 1 else {
      throw UsageError(
        "one class was taught, and a classifier needs two", remedy: "teach a class 'none' with everything else")
    }
    let teacher = try Teacher(model: model, resize: resize, from: live.embeddings, execution: execution)
    let labels = try await teacher.save(to: output, withEmbeddings: true)
    for known in live.embeddings.classes {
      try Terminal.print("\(Table.counted(known.count, "picture", "pictures")) of \(known.name)")
    }
    if let estimate = try await teacher.estimate {
      try Terminal.print(
        "Leave-one-out accuracy \(Table.percent(estimate.accuracy)) (95 % interval \(Interval(estimate.interval).text))"
      )
    }
    try Terminal.print("Model       \(output.relativePath)\nLabels      \(labels.relativePath)")
  }
}

/// The frames of a lesson, one after the other.
private actor TeachingLesson {
  private(set) var live: LiveTeacher
  private let classes: [String]
  private let view: PictureView
  private var fingerprints: [String: [FrameFingerprint]] = [:]
  private let fingerprint: FrameFingerprint.Maker
  private var number = 0
  private let start = Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))

  init(_ live: LiveTeacher, classes: [String], view: PictureView) throws {
    (self.live, self.classes, self.view) = (live, classes, view)
    fingerprint = try FrameFingerprint.Maker(view: view)
  }

  /// Learns a frame if a digit was pressed, and shows the answer for it.
  ///
  /// - Returns: Whether to go on.
  func take(_ frame: Frame, dropped: Int, keys: [Character]) async throws -> Bool {
    number += 1
    let picture: EmbeddedPicture
    let print: FrameFingerprint
    do {
      print = try fingerprint(frame)
      picture = try await live.embed(frame, view: view, named: "\(start) \(number)")
    } catch let error as PictureError {
      Terminal.warn(error)
      return !keys.contains("q")
    }
    for key in keys {
      if key == "q" { return false }
      if key == "u" || key == "\u{7F}" {
        if let gone = try live.takeBack() {
          _ = fingerprints[gone.label]?.popLast()
          tell("taken back: \(gone.label)")
        } else {
          tell("nothing to take back")
        }
      } else if let place = key.wholeNumberValue.map({ $0 - 1 }), classes.indices.contains(place) {
        let name = classes[place]
        guard fingerprints[name, default: []].allSatisfy({ $0.distance(to: print) > FrameFingerprint.usualDistance })
        else {
          tell("nearly the same as an earlier frame of \(name)")
          continue
        }
        guard try live.add(picture, to: name) else {
          tell("the same as an earlier frame of \(name)")
          continue
        }
        fingerprints[name, default: []].append(print)
        tell("\(name) \(live.embeddings.classes.first { $0.name == name }?.count ?? 0)")
      }
    }
    let answer = try live.answer(picture)
    let milliseconds = Int(((.now - frame.arrival) / .milliseconds(1)).rounded())
    let line = "\(answer)  frame \(frame.number), \(milliseconds) ms, \(dropped) dropped"
    Terminal.draw("\r\u{1B}[K" + Terminal.visible(String(line.prefix(Terminal.columns - 1))))
    return true
  }

  private func tell(_ words: String) { Terminal.draw("\r\u{1B}[K" + Terminal.visible(words) + "\n") }
}
