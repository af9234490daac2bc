import ArgumentParser

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct FetchPicturesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Download a list of pictures into class folders.",
    discussion: """
      Each line of the list has the http, https or file URL of a picture, its class and, optionally, its SHA-256. \
      Pictures that cannot be downloaded are reported and skipped. Run the command again to download what is missing; \
      interrupted downloads are resumed.

      The command needs curl on PATH, or its path in the environment variable IMPRINT_CURL.

      EXAMPLES
        imprint fetch flowers.csv -o flowers
        imprint train --data flowers --output flowers.tflite
      """)

  @Argument(help: "List of 'URL,label' or 'URL,label,SHA256' lines.")
  var list: String

  @Option(name: .shortAndLong, help: ArgumentHelp("Folder for the class folders. It may exist.", valueName: "folder"))
  var output: String

  @Option(help: ArgumentHelp("Number of simultaneous downloads.", valueName: "n"))
  var threads = 8

  @Option(help: ArgumentHelp("Largest size of a picture, in megabytes.", valueName: "MB"))
  var limit = 64

  @Option(help: ArgumentHelp("Retries after temporary errors, with growing pauses.", valueName: "n"))
  var retries = 4

  @Option(
    help: ArgumentHelp(
      "Give up a download that stalls, or gets less than 1000 bytes a second, for this long.", valueName: "seconds"))
  var timeout = 30

  @Option(help: ArgumentHelp("Give up a picture that takes longer in all.", valueName: "seconds"))
  var maxTime = 600

  @Flag(help: "Stop at the first picture that cannot be downloaded instead of skipping it.")
  var strict = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    let ranges = [
      ("threads", threads, 1...64), ("limit", limit, 1...10_000), ("retries", retries, 0...20),
      ("timeout", timeout, 1...3600), ("max-time", maxTime, 1...86_400),
    ]
    for (name, value, range) in ranges where !range.contains(value) {
      throw ValidationError("--\(name) is \(value); it takes a number from \(range.lowerBound) to \(range.upperBound)")
    }
  }

  func run() async throws {
    try await Interruption.guarding(or: "Stopped: downloaded pictures are kept, and the next run continues from there.")
    {
      try await fetch()
    }
  }

  private func fetch() async throws {
    let pictures = try PictureList(contentsOf: URL(filePath: list))
    let start = ContinuousClock.now
    var problems = pictures.problems.map {
      FetchedPicturesReport.Problem(line: $0.line, url: nil, error: $0.error)
    }
    if strict, let first = problems.first { throw first.located(in: list) }
    let folder = try PictureFolder(URL(filePath: output))
    defer {
      try? folder.removeLeftovers(besides: pictures.entries)
      folder.close()
    }
    try folder.removeLeftovers(besides: pictures.entries)
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let download = PictureDownload(
      curl: Curl(limit: limit * 1_000_000, patience: timeout), retries: retries, time: maxTime, folder: folder.url,
      underWay: folder.underWay, scratch: scratch.url)
    let results = try await results(of: pictures.entries, by: download)
    for (entry, result) in zip(pictures.entries, results) {
      if case .failed(let error) = result { problems.append(.init(entry, error)) }
    }
    problems.sort { $0.line < $1.line }
    for problem in problems { Terminal.warn(problem.located(in: list)) }
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
          throw FetchedPicturesReport.Problem(entries[index], error).located(in: list)
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
  /// A line of the list whose picture was not downloaded.
  struct Problem: Encodable {
    let line: Int
    let url: String?
    let reason: String
    private let error: any Error

    private enum CodingKeys: CodingKey {
      case line, url, reason
    }

    init(line: Int, url: String?, error: any Error) {
      self.line = line
      self.url = url
      reason = ErrorText(error).line
      self.error = error
    }

    init(_ entry: PictureEntry, _ error: PictureFetchError) {
      self.init(line: entry.line, url: entry.url, error: error)
    }

    /// Returns the error with its line.
    func located(in list: String) -> LocatedError {
      LocatedError(place: "line \(line) of \(list)" + (url.map { ": \($0)" } ?? ""), error: error)
    }
  }

  struct FetchedClass: Encodable {
    let label: String
    let pictures: Int
  }

  /// The classes by name, with the number of listed pictures that are in their folders now.
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
    var first = "Downloaded \(Table.counted(fetched, "picture", "pictures"))"
    if present > 0 { first += ", \(present) already present" }
    var lines = [first] + classes.map { "  \(Table.left($0.label, widest))  \($0.pictures)" }
    if !skipped.isEmpty { lines.append("\(Table.counted(skipped.count, "line", "lines")) skipped") }
    lines.append("Folder  \(place)")
    return lines.joined(separator: "\n")
  }
}
