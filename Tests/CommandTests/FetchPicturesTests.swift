import Platform
import Foundation
import TestMaterial
import Testing

@Suite("Fetching a list of pictures", .enabled(if: Python.isPresent, Comment(rawValue: Python.need)))
struct FetchPicturesTests {
  private let folder: TemporaryFolder
  private let server: PictureServer

  init() throws {
    folder = try TemporaryFolder()
    server = try PictureServer(in: folder)
  }

  private var output: URL { folder.appending("pictures") }

  private struct Report: Decodable {
    struct Class: Decodable, Equatable {
      let label: String
      let pictures: Int
    }
    struct Problem: Decodable {
      let line: Int
      let url: String?
      let reason: String
    }
    let classes: [Class]
    let fetched, present: Int
    let bytes: Int
    let skipped: [Problem]
  }

  private func fetch(_ lines: [String], _ options: String..., after preparation: String = ":") throws -> Imprint.Outcome
  {
    let list = folder.appending("list.csv")
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: list)
    let arguments = ["fetch", list.path, "-o", output.path, "--json"] + options
    return try Imprint.run(after: "export no_proxy='*'; \(preparation)", arguments)
  }

  /// Returns the files of a class in order, including hidden ones.
  private func files(_ label: String) -> [URL] {
    let folder = output.appending(path: label)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().map { folder.appending(path: $0) }
  }

  private func hash(_ name: String) -> String {
    (try? SHA256Digest(of: Array(PictureServer.picture(name))).hexadecimal) ?? ""
  }

  /// Returns the paths of everything in the output folder, including hidden files.
  private func allPaths() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: output.path).sorted()
  }

  @Test("Sorts pictures into class folders; a second run fetches only missing or altered ones")
  func twice() throws {
    let lines = [
      "URL,label,SHA256", "\(server.url("a.bmp")),cat,\(hash("a.bmp").uppercased())",
      "\(server.url("b.bmp?size=9")),\"big, wild dog\"", "\(server.url("c.bmp")), cat ,", "",
      "\(server.url("c.bmp")),cat",
    ]
    let first = try fetch(lines)
    #expect(first.code == 0 && first.stderr == "", "\(first.stderr)")
    let report = try first.decoded(as: Report.self)
    #expect(report.fetched == 3 && report.present == 0 && report.bytes == 60_000)
    #expect(report.classes == [.init(label: "big, wild dog", pictures: 1), .init(label: "cat", pictures: 2)])
    let cats = files("cat")
    #expect(try cats.map { try Data(contentsOf: $0) } == ["a.bmp", "c.bmp"].map(PictureServer.picture))
    #expect(cats.allSatisfy { $0.pathExtension == "bmp" } && cats[0].lastPathComponent.hasPrefix("a-"))
    #expect(try Set(FileManager.default.contentsOfDirectory(atPath: output.path)) == ["cat", "big, wild dog"])

    let requests = try server.requests().count
    let again = try fetch(lines).decoded(as: Report.self)
    #expect(again.fetched == 0 && again.present == 3)
    #expect(try server.requests().count == requests)
    try FileManager.default.removeItem(at: cats[1])
    try Data("BM, but not that one".utf8).write(to: cats[0])
    let repaired = try fetch(lines).decoded(as: Report.self)
    #expect(repaired.fetched == 2 && repaired.present == 1)
    #expect(try Data(contentsOf: cats[0]) == PictureServer.picture("a.bmp"))
  }

  @Test("Gives files of equal names in different addresses distinct, safe names")
  func names() throws {
    let local = folder.appending("nasty.bmp")
    try PictureServer.picture("nasty.bmp").write(to: local)
    let lines = [
      "\(server.url("one/a.bmp")),x", "\(server.url("two/a.bmp")),x", "\(server.url("..%2F..%2Fetc%2Fa.bmp")),x",
      "\(server.url("%2e%2e/.hidden.bmp")),x", "file://\(local.path),y",
    ]
    let report = try fetch(lines).decoded(as: Report.self)
    #expect(report.fetched == 5, "\(report.skipped)")
    #expect(files("x").count == 4)
    for file in files("x") + files("y") {
      let stem = file.deletingPathExtension().lastPathComponent
      #expect(stem.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" } && !stem.hasPrefix("."))
    }
    #expect(try allPaths().count == 7)
  }

  @Test("Classes that look like options, and pipes, are refused at once")
  func hostile() throws {
    let pipe = folder.appending("pipe.bmp")
    #expect(mkfifo(pipe.path, 0o600) == 0)
    let start = ContinuousClock.now
    let report = try fetch([
      "\(server.url("a.bmp")),ok", "\(server.url("b.bmp")),-rf", "\(server.url("b.bmp")),@eaDir",
      "file://\(pipe.path),ok", "file://elsewhere/a.bmp,ok",
    ]).decoded(as: Report.self)
    #expect(report.fetched == 1)
    #expect(report.skipped.map(\.line) == [2, 3, 4, 5])
    #expect(report.skipped.contains { $0.reason.contains("it is not a file") })
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test("Partial downloads that no run continues are removed")
  func leftovers() throws {
    let underWay = output.appending(path: ".under-way")
    try FileManager.default.createDirectory(at: underWay, withIntermediateDirectories: true)
    for (name, days) in [("old", 30.0), ("new", 1.0)] {
      let file = underWay.appending(path: name)
      try Data([1]).write(to: file)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -days * 86_400)], ofItemAtPath: file.path)
    }
    try Data([1]).write(to: underWay.appending(path: "alone.headers"))
    #expect(try fetch(["\(server.url("a.bmp")),ok"]).code == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: underWay.path) == ["new"])
  }

  @Test("Names and skips unusable lines, and writes nothing outside the folder")
  func badLines() throws {
    let good = server.url("a.bmp")
    let lines = [
      "\(good),ok", good, "\(good),ok,,", "\(good),", "\(good),../out", "\(good),..", "\(good),/tmp/out",
      "\(good),.hidden", "\(good),a\\b", "ftp://127.0.0.1/a.bmp,ok", "a.bmp,ok", "http:///a.bmp,ok",
      "\(server.url("a b.bmp")),ok", "-o/tmp/out,ok", "file:a.bmp,ok", "\(good),ok,abc",
      "\(good),ok,\(hash("other.bmp"))", "\(good),\(String(repeating: "x", count: 300))",
      "\(good),.\u{301}hidden",
    ]
    let outcome = try fetch(lines)
    #expect(outcome.code == 0)
    let report = try outcome.decoded(as: Report.self)
    #expect(report.fetched == 1)
    #expect(report.skipped.map(\.line) == Array(2...lines.count))
    #expect(try allPaths().count == 2)
    for (line, words) in [
      (2, "1 field"), (5, "\"../out\""), (10, "\"ftp:"), (13, "%20"), (16, "64 hexadecimal"), (17, "earlier line"),
    ] {
      let reason = try #require(report.skipped.first { $0.line == line }).reason
      #expect(reason.contains(words), "\(reason)")
    }
    let strict = try fetch(lines, "--strict")
    #expect(strict.code == 1 && strict.stderr.contains("line 2 of"), "\(strict.stderr)")
  }

  @Test("Names each failure by line and address, and fetches the rest")
  func failures() throws {
    let lines = [
      "\(server.url("a.bmp")),ok", "\(server.url("missing/a.bmp")),bad", "\(server.url("page/a.jpg")),bad",
      "\(server.url("b.bmp")),bad,\(hash("a.bmp"))", "\(server.url("stolen/a.bmp")),bad",
      "\(server.url("round/a.bmp")),bad", "\(server.url("huge/a.bmp")),bad", "\(server.url("endless/a.bmp")),bad",
      "file:///etc/passwd,bad", "file:///etc,bad", "file:///nowhere/a.bmp,bad", "http://127.0.0.1:1/a.bmp,bad",
    ]
    let outcome = try fetch(lines, "--retries", "0", "--limit", "1")
    #expect(outcome.code == 0)
    let report = try outcome.decoded(as: Report.self)
    #expect(report.fetched == 1)
    #expect(report.skipped.map(\.line) == Array(2...lines.count))
    for (line, words) in [
      (2, "404, it has no such file"), (3, "not a picture"), (4, hash("b.bmp")), (7, "larger than 1 MB"),
      (8, "larger than 1 MB"), (9, "not a picture"),
    ] {
      let reason = try #require(report.skipped.first { $0.line == line }).reason
      #expect(reason.contains(words), "\(reason)")
      #expect(outcome.stderr.contains("line \(line) of "))
    }
    #expect(outcome.stderr.contains(server.url("missing/a.bmp")))
    #expect(files("bad") == [])
    #expect(try allPaths().allSatisfy { !$0.contains("passwd") })
    let none = try fetch(["\(server.url("missing/a.bmp")),bad"])
    #expect(none.code == 1 && none.stderr.contains("404"))
    let strict = try fetch(lines, "--strict", "--threads", "1")
    #expect(strict.code == 1 && strict.stderr.contains("Error: line 2 of"), "\(strict.stderr)")
  }

  @Test("Retries overloaded servers, resumes broken downloads where they ended, and follows redirections")
  func retries() throws {
    let paths = ["flaky/2/a.bmp", "broken/6/b.bmp", "moved/c.bmp", "slow/d.bmp"]
    let lines = paths.map { "\(server.url($0)),x" }
    let report = try fetch(lines, "--retries", "2", "--timeout", "2").decoded(as: Report.self)
    #expect(report.fetched == 4, "\(report.skipped)")
    let contents = try files("x").map { try Data(contentsOf: $0) }
    #expect(contents == ["a.bmp", "b.bmp", "c.bmp", "d.bmp"].map(PictureServer.picture))
    let ranges = try server.requests().filter { $0.hasPrefix("/broken") }
    #expect(ranges.count == 7)
    #expect(ranges[1] == "/broken/6/b.bmp bytes=3000- \"b.bmp\"" && ranges[6].contains("bytes=18000-"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: output.path) == ["x"])
  }

  @Test("Resumes a partial download only if the server confirms that the file is the same")
  func resumed() throws {
    let paths = ["changed/a.bmp", "untagged/b.bmp", "rangeless/c.bmp"]
    let report = try fetch(paths.map { "\(server.url($0)),x" }).decoded(as: Report.self)
    #expect(report.fetched == 3, "\(report.skipped)")
    let contents = try files("x").map { try Data(contentsOf: $0) }
    #expect(contents == ["other.bmp", "b.bmp", "c.bmp"].map(PictureServer.picture))
    #expect(try server.requests().filter { $0.hasPrefix("/untagged") && $0.contains("bytes") } == [])
  }

  @Test("Resumes a partial download in the next run; with a hash, even without an ETag")
  func nextRun() throws {
    let lines = ["\(server.url("broken/1/a.bmp")),x", "\(server.url("untagged/b.bmp")),x,\(hash("b.bmp"))"]
    let first = try fetch(lines, "--retries", "0")
    #expect(first.code == 1)
    #expect(try allPaths().count == 5)
    let second = try fetch(lines, "--retries", "0").decoded(as: Report.self)
    #expect(second.fetched == 2, "\(second.skipped)")
    #expect(try server.requests().filter { $0.contains("bytes=3000-") }.count == 2)
    let contents = try files("x").map { try Data(contentsOf: $0) }
    #expect(contents == ["a.bmp", "b.bmp"].map(PictureServer.picture))
  }

  @Test("Gives up on servers and files that never answer")
  func hanging() throws {
    let pipe = folder.appending("pipe.bmp")
    #expect(mkfifo(pipe.path, 0o600) == 0)
    let lines = ["\(server.url("hangs/a.bmp")),x", "file://\(pipe.path),x"]
    let outcome = try fetch(lines, "--retries", "0", "--timeout", "1")
    #expect(outcome.code == 1)
    #expect(outcome.stderr.split(separator: "\n").count == 2)
    #expect(outcome.stderr.contains("no data arrived for 1 seconds"), "\(outcome.stderr)")
  }

  @Test("Ctrl-C ends the command and says that the next run continues")
  func interrupted() throws {
    let list = folder.appending("list.csv")
    let lines = ["\(server.url("a.bmp")),x", "\(server.url("hangs/b.bmp")),x"]
    try Data(lines.joined(separator: "\n").utf8).write(to: list)
    let log = folder.appending("requests.txt")
    let outcome = try Imprint.run(
      after: "export no_proxy='*'", interruptedBy: SIGINT, once: log,
      ["fetch", list.path, "-o", output.path, "--threads", "1"])
    #expect(outcome.code == 130 && outcome.stderr.contains("the next run continues from there"))
  }

  @Test("Locks the folder, and rejects an unusable curl, list or output before it fetches anything")
  func places() throws {
    let lines = ["\(server.url("a.bmp")),x"]
    try FileManager.default.createDirectory(
      at: output.appending(path: ".under-way"), withIntermediateDirectories: true)
    let descriptor = open(output.appending(path: ".under-way").path, O_RDONLY)
    #expect(flock(descriptor, LOCK_EX) == 0)
    let busy = try fetch(lines)
    close(descriptor)
    #expect(busy.code == 1 && busy.stderr.contains("another 'imprint fetch'"), "\(busy.stderr)")
    let missing = try fetch(lines, after: "export IMPRINT_CURL=/nowhere/curl")
    #expect(missing.code == 1 && missing.stderr.contains("apt-get install -y curl"), "\(missing.stderr)")
    let unusable = try fetch(lines, after: "export IMPRINT_CURL=/etc/passwd")
    #expect(unusable.code == 1 && unusable.stderr.contains("IMPRINT_CURL"), "\(unusable.stderr)")
    let nowhere = try Imprint.run("fetch", folder.appending("none.csv").path, "-o", output.path)
    #expect(nowhere.code == 1 && nowhere.stderr.contains("does not exist"))
    #expect(try fetch(lines, "--threads", "0").code == 64)
    #expect(try server.requests() == [])
    try FileManager.default.removeItem(at: output)
    try Data().write(to: output)
    let file = try fetch(lines)
    #expect(file.code == 1 && file.stderr.contains("cannot be written"), "\(file.stderr)")
  }
}
