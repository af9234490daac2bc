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

/// `watch --teach`: answers with what it was taught a moment before, and learns the frames for which a digit is
/// pressed.
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
      try await keys.run(with: queue) {
        try await lesson.take($0, dropped: $1)
      } press: {
        try await lesson.press($0)
      }
    }
    Terminal.draw(Terminal.clearing)
    try await save(lesson.live, model: base)
    if ends.contains(.broken) { throw ExitCode(FrameOptions.brokenCode) }
  }

  private func save(_ live: LiveTeacher, model: URL) async throws {
    guard live.hasChanged else {
      Terminal.note("nothing was taught, so nothing is written")
      return
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
  private var current: Current?
  private let start = Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))

  /// The frame on the screen.
  private struct Current {
    let picture: EmbeddedPicture
    let print: FrameFingerprint
    let words: String
  }

  init(_ live: LiveTeacher, classes: [String], view: PictureView) throws {
    (self.live, self.classes, self.view) = (live, classes, view)
    fingerprint = try FrameFingerprint.Maker(view: view)
  }

  /// Shows the answer for a frame, which a digit teaches from now on.
  func take(_ frame: Frame, dropped: Int) async throws {
    number += 1
    do {
      let print = try fingerprint(frame)
      let picture = try await live.embed(frame, view: view, named: "\(start) \(number)")
      let milliseconds = Int(((.now - frame.arrival) / .milliseconds(1)).rounded())
      let words = "frame \(frame.number), \(milliseconds) ms, \(dropped) dropped"
      current = Current(picture: picture, print: print, words: words)
    } catch let error as PictureError {
      return Terminal.warn(error)
    }
    try show()
  }

  /// Teaches the frame on the screen by a digit, or takes back what was taught last.
  ///
  /// - Returns: Whether to go on.
  func press(_ key: Character) throws -> Bool {
    if key == "q" { return false }
    if key == "u" || key == "\u{7F}" {
      if let gone = try live.takeBack() {
        _ = fingerprints[gone.label]?.popLast()
        tell("taken back: \(gone.label)")
      } else {
        tell("nothing to take back")
      }
    } else if let place = key.wholeNumberValue.map({ $0 - 1 }), classes.indices.contains(place) {
      try teach(classes[place])
    } else {
      return true
    }
    try show()
    return true
  }

  private func teach(_ name: String) throws {
    guard let current else { return tell("there is no frame yet") }
    if fingerprints[name, default: []].contains(where: { $0.isNearlySame(as: current.print) }) {
      return tell("nearly the same as an earlier frame of \(name)")
    }
    guard try live.add(current.picture, to: name) else { return tell("the same as an earlier frame of \(name)") }
    fingerprints[name, default: []].append(current.print)
    tell("\(name) \(live.embeddings.classes.first { $0.name == name }?.count ?? 0)")
  }

  /// Draws the answer for the current frame.
  private func show() throws {
    guard let current else { return }
    let line = "\(try live.answer(current.picture))  \(current.words)"
    Terminal.draw(Terminal.clearing + Terminal.visible(String(line.prefix(Terminal.columns - 1))))
  }

  private func tell(_ words: String) { Terminal.draw(Terminal.clearing + Terminal.visible(words) + "\n") }
}
