import ArgumentParser
import Heads
import Imprinting
import Inference
import Pictures
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct FetchPicturesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Fetch a list of pictures into class folders.",
    discussion: """
      The list has a line a picture: its http, https or file address, its class, and where it is known its SHA-256. What \
      cannot be fetched is named and passed over; run again, the command fetches what is missing, and goes on within \
      files that broke off. curl is needed; IMPRINT_CURL names another than the one on PATH.

      EXAMPLES
        imprint fetch flowers.csv -o flowers
        imprint train --data flowers --output flowers.tflite
      """)

  @Argument(help: "The list: 'URL,label' or 'URL,label,SHA256' lines.")
  var list: String

  @Option(name: [.short, .long], help: "The folder to put class folders into; it may be there already.")
  var output: String

  @Option(help: "How many pictures to fetch at a time.")
  var threads = 8

  @Option(help: "The megabytes that a picture may have.")
  var limit = 64

  @Option(help: "How often what may pass is tried again, with growing pauses.")
  var retries = 4

  @Option(help: "The seconds for which nothing may come of a picture.")
  var timeout = 30

  @Flag(help: "Fail at the first picture that cannot be fetched, instead of passing over it.")
  var strict = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    let ranges = [
      ("threads", threads, 1...64), ("limit", limit, 1...10_000), ("retries", retries, 0...20),
      ("timeout", timeout, 1...3600),
    ]
    for (name, value, range) in ranges where !range.contains(value) {
      throw ValidationError("--\(name) is \(value); it takes a number from \(range.lowerBound) to \(range.upperBound)")
    }
  }

  func run() async throws {
    try await Interruption.guarding(or: "Stopped: what was fetched stays, and a next run goes on from there.") {
      try await fetch()
    }
  }

  private func fetch() async throws {
    let pictures = try PictureList(contentsOf: URL(filePath: list))
    let start = ContinuousClock.now
    var problems = pictures.problems.map {
      FetchedPicturesReport.Problem(line: $0.line, url: nil, reason: "\($0.error)")
    }
    if strict, let first = problems.first { throw FetchedPicturesReport.Failure(problem: first, list: list) }
    let folder = try PictureFolder(URL(filePath: output))
    defer { folder.close() }
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let download = PictureDownload(
      curl: Curl(limit: limit * 1_000_000, patience: timeout), retries: retries, folder: folder.url,
      underWay: folder.underWay, scratch: scratch.url)
    let results = try await results(of: pictures.entries, by: download)
    for (entry, result) in zip(pictures.entries, results) {
      if case .failed(let error) = result { problems.append(.init(entry, error)) }
    }
    problems.sort { $0.line < $1.line }
    for problem in problems { Terminal.warn("line \(problem.line) of \(list): \(problem.words)") }
    let report = FetchedPicturesReport(
      pictures.entries, results, problems: problems, folder: folder.url,
      seconds: (ContinuousClock.now - start) / .seconds(1))
    try Terminal.print(json ? Terminal.json(report) : report.text)
    if report.fetched + report.present == 0 { throw ExitCode.failure }
  }

  private func results(
    of entries: [PictureEntry], by download: PictureDownload
  ) async throws -> [PictureDownload.Result] {
    let progress = Progress(total: entries.count)
    defer { progress.finish() }
    return try await withThrowingTaskGroup(of: (Int, PictureDownload.Result).self) { group in
      var results = [PictureDownload.Result](repeating: .present, count: entries.count)
      var next = 0
      var done = 0
      let begin = { (group: inout ThrowingTaskGroup<(Int, PictureDownload.Result), any Error>) in
        guard next < entries.count else { return }
        let (index, entry) = (next, entries[next])
        next += 1
        group.addTask { (index, try await download.fetch(entry)) }
      }
      for _ in 0..<threads { begin(&group) }
      while let (index, result) = try await group.next() {
        if strict, case .failed(let error) = result {
          throw FetchedPicturesReport.Failure(problem: .init(entries[index], error), list: list)
        }
        results[index] = result
        done += 1
        progress.update(done)
        begin(&group)
      }
      return results
    }
  }
}

/// What `fetch` prints.
struct FetchedPicturesReport: Encodable {
  /// A line of the list that came to nothing.
  struct Problem: Encodable {
    let line: Int
    private(set) var url: String?
    let reason: String

    var words: String { (url.map { "\($0): " } ?? "") + reason }

    init(line: Int, url: String?, reason: String) {
      self.line = line
      self.url = url
      self.reason = reason
    }

    init(_ entry: PictureEntry, _ error: PictureFetchError) {
      self.init(line: entry.line, url: entry.url, reason: "\(error)")
    }
  }

  /// A problem that ends the work.
  struct Failure: Error, CustomStringConvertible {
    let problem: Problem
    let list: String

    var description: String { "line \(problem.line) of \(list): \(problem.words)" }
  }

  struct FetchedClass: Encodable {
    let label: String
    let pictures: Int
  }

  /// The classes in the order of their names, with the pictures of the list that are there now.
  let classes: [FetchedClass]
  let fetched, present: Int
  let bytes: Int
  let skipped: [Problem]
  let folder: String
  let seconds: Double
  private let place: String

  private enum CodingKeys: CodingKey {
    case classes, fetched, present, bytes, skipped, folder, seconds
  }

  init(
    _ entries: [PictureEntry], _ results: [PictureDownload.Result], problems: [Problem], folder: URL, seconds: Double
  ) {
    var counts: [String: Int] = [:]
    var (fetched, present, bytes) = (0, 0, 0)
    for (entry, result) in zip(entries, results) {
      switch result {
      case .present: present += 1
      case .fetched(let size):
        fetched += 1
        bytes += size
      case .failed: continue
      }
      counts[entry.label, default: 0] += 1
    }
    classes = counts.sorted { $0.key < $1.key }.map { FetchedClass(label: $0.key, pictures: $0.value) }
    (self.fetched, self.present, self.bytes) = (fetched, present, bytes)
    skipped = problems
    self.folder = folder.path
    place = folder.relativePath
    self.seconds = seconds
  }

  var text: String {
    let widest = min(40, classes.map(\.label.count).max() ?? 0)
    var first = "Fetched \(Table.counted(fetched, "picture", "pictures"))"
    if present > 0 { first += ", \(present) \(present == 1 ? "was" : "were") there already" }
    var lines = [first] + classes.map { "  \(Table.left($0.label, widest))  \($0.pictures)" }
    if !skipped.isEmpty { lines.append("\(Table.counted(skipped.count, "line", "lines")) passed over") }
    lines.append("Folder  \(place)")
    return lines.joined(separator: "\n")
  }
}
