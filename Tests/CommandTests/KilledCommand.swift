import Foundation
import TestMaterial
import Testing

/// A command that writes files, killed at random moments: nothing may be lost, and nothing may be left.
///
/// Each round puts the old files in place, kills the command with SIGKILL, and compares each file with what it was before
/// and with what the complete command writes: one of both, byte for byte. Then the command runs to its end.
struct KilledCommand {
  let name: String
  /// The folder of the files that the command writes.
  let output: URL
  /// The arguments of the command.
  let arguments: [String]
  /// The folder of its caches and temporary files.
  let scratch: URL
  /// The folder whose first change begins the writing; nil for `output`.
  var watched: URL?
  /// Variables of its environment.
  var environment: [String: String] = [:]
  /// Puts the old files into the empty output folder.
  var prepare: () throws -> Void = {}
  /// Checks the files of a killed command further.
  var check: () throws -> Void = {}
  /// Whether files of a killed command may be missing or new, but not old or partial; for commands without old files.
  var ignored: (String) -> Bool = { _ in false }

  /// What happened in all rounds.
  struct Figures {
    /// Killed while it ran; the others had ended.
    var killed = 0
    /// Killed commands that had replaced some of the files, and some not.
    var mixtures = 0
    /// Killed commands that left something beside the files, which the next one removed.
    var remains = 0
  }

  /// Kills of each command in every run of the tests; `make test-kill` sets more.
  static var count: Int { ProcessInfo.processInfo.environment["IMPRINT_KILLS"].flatMap { Int($0) } ?? 6 }

  /// Runs all rounds.
  func run(count: Int = count) throws -> Figures {
    let seed = ProcessInfo.processInfo.environment["IMPRINT_SEED"].flatMap { Int($0) } ?? 14
    var generator = SeededGenerator(seed: seed)
    try reset()
    let old = try contents()
    let clock = ContinuousClock()
    let start = clock.now
    #expect(try complete().code == 0, "\(name)")
    let duration = (clock.now - start) / .seconds(1)
    let new = try contents()
    #expect(!new.isEmpty)
    var figures = Figures()
    for round in 0..<count {
      try reset()
      // Half of the kills at any moment, half of them soon after the first file appears.
      let isAtWriting = round % 2 == 1
      let delay = Double.random(in: 0..<(isAtWriting ? 0.004 : 1.1 * duration), using: &generator)
      let outcome = try Imprint.run(arguments, in: variables) { process in
        if isAtWriting { wait(for: process) }
        Thread.sleep(forTimeInterval: delay)
      }
      let found = try contents()
      let place = "\(name), round \(round)"
      for (path, bytes) in found where !isTemporary(path) && !ignored(path) {
        #expect(bytes == old[path] || bytes == new[path], "\(place): \(path) is neither old nor new")
      }
      for path in old.keys { #expect(found[path] != nil, "\(place): \(path) is lost") }
      if outcome.code == -1 {
        figures.killed += 1
        let states = Set(new.keys.filter { old[$0] != new[$0] }.map { found[$0] == new[$0] })
        if states.count == 2 { figures.mixtures += 1 }
        let isLeft =
          try found.keys.contains(where: isTemporary) || !names(in: temporary).isEmpty
          || names(in: cache).contains(where: isTemporary)
        if isLeft { figures.remains += 1 }
        try check()
      }
      let next = try complete()
      #expect(next.code == 0, "\(place): \(next.stderr)")
      #expect(try contents() == new, "\(place): the next run wrote other files")
      #expect(try names(in: temporary) == [], "\(place)")
      #expect(try names(in: cache).filter { isTemporary($0) } == [], "\(place)")
    }
    return figures
  }

  private var temporary: URL { scratch.appending(path: "tmp") }
  private var cache: URL { scratch.appending(path: "cache/imprint/models") }
  private var variables: [String: String] {
    environment.merging(["XDG_CACHE_HOME": scratch.appending(path: "cache").path, "TMPDIR": temporary.path]) { $1 }
  }

  private func reset() throws {
    for folder in [output, scratch] { try? FileManager.default.removeItem(at: folder) }
    for folder in [output, temporary] {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    try prepare()
  }

  private func complete() throws -> Imprint.Outcome {
    try Imprint.run(arguments, in: variables) { $0.waitUntilExit() }
  }

  /// Waits until something changes in the watched folder, or the process ends.
  private func wait(for process: Process) {
    func stamp() -> Date? {
      (try? FileManager.default.attributesOfItem(atPath: (watched ?? output).path))?[.modificationDate] as? Date
    }
    let before = stamp()
    while process.isRunning, stamp() == before { usleep(100) }
  }

  private func isTemporary(_ path: String) -> Bool { path.hasSuffix(".tmp") }

  private func names(in folder: URL) throws -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
  }

  /// The contents of all files in the output folder, by their paths in it.
  private func contents() throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: output.path) {
      if let bytes = FileManager.default.contents(atPath: output.appending(path: path).path) { contents[path] = bytes }
    }
    return contents
  }
}
