import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Outputs that must not be written")
struct OutputTests {
  private let folder: TemporaryFolder
  private let model, float: String
  private let data: URL

  init() throws {
    folder = try TemporaryFolder()
    model = folder.appending("small.tflite").path
    try SmallExtractor.model(.uint8(scale: 0.02, zeroPoint: 0)).serialized().write(to: URL(filePath: model))
    float = folder.appending("float.tflite").path
    try ConvolutionExtractor.model(isFloat: true).serialized().write(to: URL(filePath: float))
    data = folder.appending("data")
    for (name, colour) in [("red", [200, 20, 20]), ("green", [20, 200, 20])] as [(String, [UInt8])] {
      try FileManager.default.createDirectory(at: data.appending(path: name), withIntermediateDirectories: true)
      for number in 0..<2 { try Bitmap.pixel(colour).write(to: data.appending(path: "\(name)/\(number).bmp")) }
    }
  }

  /// The commands that write a file, without the file.
  private var commands: [[String]] {
    let embeddings = folder.appending("some.embeddings").path
    return [
      ["train", "--model", model, "--data", data.path, "-o"], ["embed", "--model", model, data.path, "-o"],
      ["merge", embeddings, "-o"], ["model", "adapt", model, "-o"], ["model", "fold", model, "-o"],
      ["model", "requantize", model, "-o"], ["model", "quantize", float, "--calibration", data.path, "-o"],
      ["model", "join", model, model + "2", "-o"],
      ["model", "convert", model, "--architecture", "mobilenet-v1-0.25", "-o"],
      ["model", "rename-labels", model, "a=b", "-o"], ["pretrain", "export", model, "-o"],
      ["evaluate", "--model", model, "--data", data.path, "--report"],
    ]
  }

  private func contents() throws -> [String: Data] {
    let files = FileManager.default.enumerator(at: folder.url, includingPropertiesForKeys: [.isRegularFileKey])
    var contents: [String: Data] = [:]
    for case let file as URL in try #require(files)
    where try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true {
      contents[file.path] = try Data(contentsOf: file)
    }
    return contents
  }

  @Test("No command waits for a pipe, writes to a device, a socket or a folder, or mixes a file with its report")
  func kinds() throws {
    let before = try contents()
    let pipe = folder.appending("pipe").path
    #expect(mkfifo(pipe, 0o600) == 0)
    for command in commands {
      for (place, words) in [
        (pipe, "pipe"), ("/dev/zero", "device"), (folder.url.path, "folder"), ("/dev/stdout", "report"),
      ] {
        let outcome = try Imprint.run(after: "ulimit -t 20", command + [place])
        #expect(outcome.code == 1 || outcome.code == 64, "\(command) \(place)")
        let isNamed = outcome.stderr.contains(words) || outcome.stderr.contains("is not a file")
        #expect(isNamed, "\(command) \(place): \(outcome.stderr)")
        #expect(outcome.output.isEmpty)
      }
    }
    #expect(try contents() == before)
  }

  @Test("/dev/null, and a pipe that the shell has opened for another program, are written to")
  func nowhere() throws {
    let embed = "'\(Imprint.executable.path)' embed --model '\(model)' '\(data.path)' -o"
    #expect(try Imprint.run(script: "\(embed) /dev/null").code == 0)
    let copy = folder.appending("copy.embeddings")
    let piped = try Imprint.run(script: "{ \(embed) /dev/fd/3 3>&1 >/dev/null; } | cat > '\(copy.path)'")
    #expect(piped.code == 0, "\(piped.stderr)")
    let file = folder.appending("file.embeddings")
    #expect(try Imprint.run(script: "\(embed) '\(file.path)'").code == 0)
    #expect(try Data(contentsOf: copy) == Data(contentsOf: file))
  }

  @Test(
    "Without standard streams, a file has what was to be written to it and no messages",
    arguments: ["", "<&-", "<&- 2>&-"])
  func closedStreams(closed: String) throws {
    let file = folder.appending("file.embeddings")
    // A file that cannot be read as a picture is told of on standard error.
    try Data("no picture".utf8).write(to: data.appending(path: "red/broken.bmp"))
    let embed = "'\(Imprint.executable.path)' embed --model '\(model)' '\(data.path)' -o"
    let usual = try Imprint.run(script: "\(embed) '\(file.path)'")
    #expect(usual.code == 0 && usual.stderr.contains("broken.bmp"), "\(usual.stderr)")
    let other = folder.appending("other.embeddings")
    let outcome = try Imprint.run(script: "\(embed) '\(other.path)' \(closed)")
    #expect(outcome.code == 0, "\(outcome.stderr)")
    #expect(try Data(contentsOf: other) == Data(contentsOf: file))
    let silent = try Imprint.run(script: "\(embed) '\(other.path)' >&-")
    #expect(silent.code == 1 && silent.stderr.contains("standard output"), "\(silent.stderr)")
    #expect(try Data(contentsOf: other) == Data(contentsOf: file))
    let picture = try Imprint.run(script: "'\(Imprint.executable.path)' classify --model '\(model)' - <&-")
    #expect(picture.code == 1 && picture.stderr.contains("standard input"), "\(picture.stderr)")
  }

  @Test("No command replaces one of the pictures that it reads, under any name")
  func pictures() throws {
    let picture = data.appending(path: "red/0.bmp")
    let link = folder.appending("link.tflite")
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: picture)
    let before = try contents()
    for command in commands where command.contains(data.path) {
      for place in [picture, link] {
        let outcome = try Imprint.run(command + [place.path])
        #expect(outcome.code == 64, "\(command): \(outcome.stderr)")
        #expect(outcome.stderr.contains("would overwrite an input file"))
      }
    }
    // The labels would be written beside the model.
    let labels = data.appending(path: "green/1.txt")
    try FileManager.default.moveItem(at: data.appending(path: "green/1.bmp"), to: labels)
    let list = folder.appending("list.csv")
    try Data("\(labels.path),green\n\(picture.path),red\n".utf8).write(to: list)
    let outcome = try Imprint.run(
      "train", "--model", model, "--data", list.path, "-o", data.appending(path: "green/1.tflite").path)
    #expect(outcome.code == 64, "\(outcome.stderr)")
    #expect(outcome.stderr.contains("1.txt would overwrite an input file"))
    #expect(
      try contents().filter { $0.key != labels.path && $0.key != list.path }
        == before.filter { !$0.key.hasSuffix("green/1.bmp") })
  }

  @Test("Embeddings that were written with another model are refused, and training from them mends it")
  func mixture() throws {
    let file = folder.appending("colours.tflite").path
    let embeddings = folder.appending("colours.embeddings")
    let train = ["train", "--model", model, "--data", data.path, "-o", file]
    #expect(try Imprint.run(train).code == 0)
    let old = try Data(contentsOf: embeddings)
    try Bitmap.pixel([90, 60, 60]).write(to: data.appending(path: "red/2.bmp"))
    #expect(try Imprint.run(train).code == 0)
    try old.write(to: embeddings)
    let again = ["train", "--model", file, "--keep-classes", "--data", data.path, "-o", file]
    let refused = try Imprint.run(again)
    #expect(refused.code == 1)
    #expect(refused.stderr.contains("colours.embeddings was not written with"), "\(refused.stderr)")
    #expect(refused.stderr.contains("--from"))
    #expect(try Imprint.run(train + ["--from", embeddings.path]).code == 0)
    #expect(try Imprint.run(again).code == 0)
  }
}
