import ArgumentParser
import Heads
import Imprinting
import Pictures
import Platform
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct CaptureCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capture",
    abstract: "Save frames of a camera or a stream as pictures of a class.",
    discussion: """
      Writes frames into the folder of a class, as 'train --data' reads them, until there are enough. Frames that are nearly \
      the same as one of the class are passed over: turn and move the thing. With several classes, or --by-key, a digit \
      on the keyboard saves the current frame as that class, and q ends.

      EXAMPLES
        imprint capture /dev/video0 --class mug -n 30 -o data
        imprint capture /dev/video0 --class mug --class cup --class none -o data
        imprint capture - --class mug -n 10 -o data < frames.mjpg
      """)

  @Argument(help: "Camera, address, film, folder, - or @FILE, as for 'watch'.")
  var source: String

  @Option(
    name: .customLong("class"), help: ArgumentHelp("Class of the pictures; repeat it for several.", valueName: "name"))
  var classes: [String]

  @Option(name: .customShort("n"), help: ArgumentHelp("Number of pictures of each class.", valueName: "n"))
  var count = 30

  @Option(name: .shortAndLong, help: ArgumentHelp("Folder of the class folders.", valueName: "folder"))
  var output: String

  @Option(help: ArgumentHelp("Seconds to wait before the first picture.", valueName: "seconds"))
  var countdown = 0

  @Option(
    help: ArgumentHelp(
      "Least time between two pictures of a camera, a stream or a film, such as 0.3s.", valueName: "time"))
  var interval = TimeSpan(.milliseconds(300))

  @Option(
    help: ArgumentHelp(
      "Difference from 0 to 1 up to which a frame is nearly the same as an earlier one; 0 keeps all but equal frames.",
      valueName: "difference"))
  var difference = FrameFingerprint.usualDistance

  @Flag(help: "Save a frame when a digit is pressed, also with one class.")
  var byKey = false

  @OptionGroup(title: "Frames") var frames: FrameOptions

  mutating func validate() throws {
    guard !classes.isEmpty else { throw ValidationError("name the class of the pictures with --class") }
    guard classes.count <= 9 else { throw ValidationError("there are \(classes.count) classes, and digits for 9") }
    for name in classes {
      guard Self.isFolderName(name) else {
        throw ValidationError("'\(name)' cannot be the folder of a class: it must be a plain name")
      }
    }
    guard Set(classes).count == classes.count else { throw ValidationError("a class is named twice") }
    guard (1...100_000).contains(count) else { throw ValidationError("-n is \(count); it takes a positive number") }
    guard (0...3600).contains(countdown) else {
      throw ValidationError("--countdown is \(countdown); it takes seconds, from 0 to 3600")
    }
    guard difference >= 0, difference < 1 else {
      throw ValidationError("--difference is \(difference); it takes a number from 0 to less than 1")
    }
  }

  /// Whether a name is that of a class and of a folder in the folder of the classes.
  static func isFolderName(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix(".") && !name.contains("/") && !name.unicodeScalars.contains("\0")
      && !name.contains(where: \.isNewline) && name.utf8.count <= 200 && name == name.trimmed
  }

  func run() async throws {
    try await Interruption.guarding(or: "Stopped.") { try await capture() }
  }

  private func capture() async throws {
    let source = try WatchSource(source)
    let isByKey = byKey || classes.count > 1
    if isByKey, !TerminalKeys.isPossible || source.kind == .standardInput {
      throw UsageError(
        "frames are saved by key, and standard input is no terminal", remedy: "name one class, and leave out --by-key")
    }
    let folder = URL(filePath: output, directoryHint: .isDirectory)
    let savers = try classes.map {
      try FrameSaver(folder: folder.appending(path: $0, directoryHint: .isDirectory))
    }
    let collector = try FrameCollector(
      savers: savers, classes: classes, count: count, view: frames.view, difference: difference,
      interval: !isByKey && (source.isLive || source.kind == .film) ? interval.duration : .zero)
    let keys = isByKey ? TerminalKeys() : nil
    let queue = FrameQueue(live: [source.isLive])
    let progress = Progress(total: isByKey ? 0 : count)
    let ends = try await FrameWork.run([source], queue: queue, settings: frames.settings) {
      let countdown = Countdown(seconds: countdown)
      guard let keys else {
        return try await withTaskExecutorPreference(BlockingExecutor()) {
          defer { queue.close() }
          while !collector.isComplete, let (frame, _, _) = queue.take() {
            if countdown.isOver(), try collector.save(frame) { progress.update(collector.saved[0]) }
          }
        }
      }
      Terminal.say(classes.enumerated().map { "\($0 + 1) \($1)" }.joined(separator: "   ") + "   q ends\n")
      try await keys.run(with: queue) { frame, _ in
        if countdown.isOver() { collector.show(frame) }
      } press: { key in
        try collector.save(byKey: key)
        return key != "q"
      }
    }
    progress.finish()
    for (name, saved) in zip(classes, collector.saved) {
      try Terminal.print("\(Table.counted(saved, "picture", "pictures")) of \(name)")
    }
    let passed = collector.passedOver
    if passed > 0 {
      Terminal.note("\(Table.counted(passed, "frame was", "frames were")) nearly the same as an earlier one")
    }
    if ends.contains(.broken) { throw ExitCode(FrameOptions.brokenCode) }
    if !isByKey, !collector.isComplete { throw ExitCode.failure }
  }
}

/// The seconds before the first picture, which it says while frames come.
private final class Countdown: Sendable {
  private let end: ContinuousClock.Instant
  private let told: Mutex<Int>

  init(seconds: Int) {
    end = .now + .seconds(seconds)
    told = Mutex(seconds + 1)
  }

  /// Returns whether no second is left; says how many are, each once.
  func isOver() -> Bool {
    let left = Int(((end - .now) / .seconds(1)).rounded(.up))
    guard left > 0 else { return true }
    told.withLock { told in
      if left < told { Terminal.say("\(left)…\n") }
      told = min(told, left)
    }
    return false
  }
}

extension String {
  fileprivate var trimmed: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
