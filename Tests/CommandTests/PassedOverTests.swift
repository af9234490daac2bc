import Foundation
import TestMaterial
import Testing

@Suite("What the command passes over")
struct PassedOverTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var output: URL { folder.appending("out.tflite") }

  private func train(_ data: URL, _ options: String...) throws -> Imprint.Outcome {
    try Imprint.run(["train", "--model", Flowers.extractor, "--data", data.path, "--output", output.path] + options)
  }

  @Test("Files that are no pictures are counted and named, and do not stop a strict run")
  func noPictures() throws {
    let data = try Flowers.folder([("daisy", "daisy", 0..<3), ("iris", "iris", 0..<3)], in: folder)
    for name in ["a.txt", "b.txt"] { try Data([65]).write(to: data.appending(path: "daisy/\(name)")) }
    let outcome = try train(data, "--strict")
    #expect(outcome.code == 0)
    #expect(
      outcome.stderr.contains("passed over 2 files that are no pictures: daisy/a.txt, daisy/b.txt"),
      "\(outcome.stderr)")
  }

  @Test(
    "Every command gives the reasons if no picture can be read",
    arguments: ["train", "embed", "evaluate", "classify"])
  func reasons(command: String) throws {
    let data = folder.appending("bad")
    for name in ["a/1.jpg", "a/2.jpg", "b/1.jpg"] {
      let file = data.appending(path: name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data("no picture".utf8).write(to: file)
    }
    let model = try Imprint.run(
      "train", "--model", Flowers.extractor, "--data",
      Flowers.folder([("a", "daisy", 0..<3), ("b", "iris", 0..<3)], in: folder).path, "--output", output.path)
    #expect(model.code == 0, "\(model.stderr)")
    let arguments =
      switch command {
      case "train": ["--model", Flowers.extractor, "--data", data.path, "--output", folder.appending("x.tflite").path]
      case "embed": ["--model", Flowers.extractor, data.path, "-o", folder.appending("x.embeddings").path]
      case "evaluate": ["--model", output.path, "--data", data.path]
      default: ["--model", output.path, data.path]
      }
    let outcome = try Imprint.run([command] + arguments)
    #expect(outcome.code == 1 && outcome.output == "")
    #expect(outcome.stderr.contains("1.jpg is not a picture in a known format"), "\(outcome.stderr)")
  }

  #if os(Linux)
    @Test("Arguments and the current folder must be UTF-8, and nothing is written under another name")
    func otherNames() throws {
      let root = folder.url.path
      let command = "'\(Imprint.executable.path)'"
      let name = #""$(printf 'caf\351')""#
      let argument = try Imprint.run(
        script: "\(command) train --model '\(Flowers.extractor)' --data x --output \(name).tflite")
      #expect(argument.code == 64)
      #expect(argument.stderr.contains(#"the argument caf\xe9.tflite is not UTF-8"#), "\(argument.stderr)")
      let inside = try Imprint.run(
        script: "cd '\(root)' && mkdir \(name) && cd \(name) && \(command) devices")
      #expect(inside.code == 64 && inside.stderr.contains(#"caf\xe9 is not UTF-8"#), "\(inside.stderr)")
    }

    @Test("Class folders whose names are not UTF-8 are told, and are an error of a strict run")
    func otherClasses() throws {
      let data = try Flowers.folder([("daisy", "daisy", 0..<3), ("iris", "iris", 0..<3)], in: folder)
      #expect(try Imprint.run(script: "mkdir '\(data.path)'/\"$(printf 'caf\\351')\"").code == 0)
      let outcome = try train(data)
      #expect(outcome.code == 0 && outcome.stderr.contains(#"not UTF-8; rename it: caf\xe9"#), "\(outcome.stderr)")
      let strict = try train(data, "--strict")
      #expect(strict.code == 1 && strict.stderr.contains(#"caf\xe9"#), "\(strict.stderr)")
    }
  #endif
}
