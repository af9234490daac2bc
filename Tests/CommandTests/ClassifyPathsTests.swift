import Foundation
import TestMaterial
import Testing

/// Many paths, some of which lead nowhere: each gets an answer.
@Suite("The paths that imprint classify takes")
struct ClassifyPathsTests {
  private struct Line: Decodable {
    let picture: String
    let classes: [Found]?
    let error: String?
    let code: String?

    struct Found: Decodable { let label: String }
  }

  private let folder: TemporaryFolder
  private let model = Material.model("mobilenet_v2_1.0_224_quant").path
  private let rose: String
  private let other: String

  init() throws {
    folder = try TemporaryFolder()
    (rose, other) = (folder.appending("rose.jpg").path, folder.appending("other.jpg").path)
    for (file, place) in [(rose, 0), (other, 1)] {
      try FileManager.default.copyItem(
        at: Flowers.pictures(of: "tigerlily", place..<place + 1)[0], to: URL(filePath: file))
    }
  }

  private func lines(_ outcome: Imprint.Outcome) throws -> [Line] {
    try outcome.output.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }

  private func classify(_ preparation: String, _ arguments: String) throws -> Imprint.Outcome {
    try Imprint.run(
      script:
        "cd '\(folder.url.path)'; \(preparation) '\(Imprint.executable.path)' classify --model '\(model)' \(arguments)")
  }

  @Test("A missing, an empty and an unreadable path are answers with an error, in order, and the exit status is 1")
  func failures() throws {
    try Data("no picture".utf8).write(to: folder.appending("notes.jpg"))
    try Data().write(to: folder.appending("empty.jpg"))
    try FileManager.default.createDirectory(at: folder.appending("nothing"), withIntermediateDirectories: true)
    let paths = ["missing.jpg", rose, "notes.jpg", "nothing", "empty.jpg", other, "gone"]
    let outcome = try classify("", "--json " + paths.joined(separator: " "))
    #expect(outcome.code == 1)
    let lines = try lines(outcome)
    #expect(lines.map(\.picture) == paths)
    #expect(lines.map { $0.error == nil } == [false, true, false, false, false, true, false])
    #expect(lines[0].code == "LabelledPicturesError.notThere")
    #expect(lines[2].code == "PictureError.unknownFormat")
    let plain = try classify("", paths.joined(separator: " "))
    #expect(plain.code == 1)
    #expect(plain.output.split(separator: "\n").count == 2)
    #expect(plain.stderr.split(separator: "\n").count == 5, "\(plain.stderr)")
    let strict = try classify("", "--strict \(rose) missing.jpg")
    #expect(strict.code == 1 && strict.output == "" && strict.stderr.contains("missing.jpg does not exist"))
  }

  @Test("Readable pictures get the same lines beside a missing path as alone")
  func sameLines() throws {
    let alone = try classify("", "\(rose) \(other)")
    #expect(alone.code == 0)
    #expect(try classify("", "missing \(rose) \(other) gone").output == alone.output)
  }

  @Test("A dash reads one picture from standard input, with the answer of the file")
  func standardInput() throws {
    let file = try lines(classify("", "--json \(rose)"))
    let piped = try classify("cat rose.jpg |", "--json - other.jpg")
    #expect(piped.code == 0, "\(piped.stderr)")
    let found = try lines(piped)
    #expect(found.map(\.picture) == ["-", "other.jpg"])
    #expect(found[0].classes?.map(\.label) == file[0].classes?.map(\.label))
    let views = try classify("cat rose.jpg |", "--test-time-augmentation five -")
    #expect(
      views.output
        == (try classify("", "--test-time-augmentation five rose.jpg")).output.replacing("rose.jpg", with: "-"))
  }

  @Test("Standard input that is empty or no picture is an answer with an error")
  func badInput() throws {
    for (preparation, code) in [(":|", "PictureError.empty"), ("echo garbage |", "PictureError.unknownFormat")] {
      let outcome = try classify(preparation, "--json -")
      #expect(outcome.code == 1)
      #expect(try lines(outcome).map(\.code) == [code], "\(outcome.stderr)")
    }
    for arguments in ["- -", "- --from-list -"] { #expect(try classify(":|", arguments).code == 64) }
    #expect(try classify("", "").code == 64)
  }

  @Test("A list names pictures line by line; bad lines are answers with an error")
  func list() throws {
    let long = String(repeating: "x", count: 5000)
    let outcome = try classify(
      #"printf 'rose.jpg\n\nmissing.jpg\r\ncaf\351.jpg\n\#(long)\nother.jpg' |"#, "--json --from-list -")
    #expect(outcome.code == 1)
    #expect(try lines(outcome).map(\.picture) == ["rose.jpg", "missing.jpg", #"caf\xe9.jpg"#, "", "other.jpg"])
    try Data("other.jpg\n".utf8).write(to: folder.appending("list.txt"))
    let both = try classify("", "--json --from-list list.txt rose.jpg")
    #expect(both.code == 0)
    #expect(try lines(both).map(\.picture) == ["rose.jpg", "other.jpg"])
    let empty = try classify(":|", "--from-list -")
    #expect(empty.code == 1 && empty.stderr.contains("names no picture"))
    #expect(try classify("", "--from-list none.txt").stderr.contains("none.txt cannot be read"))
  }

  @Test("Answers the first path of a list before the second one comes")
  func answersAsTheyCome() throws {
    // The second line is written only when the first answer is there.
    let outcome = try classify(
      "{ echo rose.jpg; i=0; while [ ! -s out ] && [ $i -lt 600 ]; do sleep 0.1; i=$((i+1)); done; "
        + "[ -s out ] && echo other.jpg; } |",
      "--from-list - > out; cat out")
    #expect(outcome.output.split(separator: "\n").map { $0.prefix(5) } == ["rose.", "other"])
  }
}
