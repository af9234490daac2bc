import Foundation
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing
import Torch

@Suite("Commands that are killed", .serialized)
struct KillTests {
  private let folder: TemporaryFolder
  private let base, float: String
  private let few, more: URL

  init() throws {
    folder = try TemporaryFolder()
    base = folder.appending("base.tflite").path
    float = folder.appending("float.tflite").path
    try ConvolutionExtractor.model(isFloat: false).serialized().write(to: URL(filePath: base))
    try ConvolutionExtractor.model(isFloat: true).serialized().write(to: URL(filePath: float))
    few = try Self.pictures(["red", "green"], in: folder.appending("few"))
    more = try Self.pictures(["red", "green", "blue"], in: folder.appending("more"))
  }

  /// Writes four bitmaps of 8x8 pixels for each class.
  private static func pictures(_ classes: [String], in folder: URL) throws -> URL {
    var generator = SeededGenerator(seed: 7)
    for (channel, name) in classes.enumerated() {
      try FileManager.default.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
      for number in 0..<4 {
        var bytes: [UInt8] = []
        for _ in 0..<64 {
          for place in 0..<3 {
            bytes.append(UInt8.random(in: place == channel ? 150...255 : 0...120, using: &generator))
          }
        }
        try Bitmap.file(width: 8, height: 8, bytes: bytes).write(to: folder.appending(path: "\(name)/\(number).bmp"))
      }
    }
    return folder
  }

  private func command(_ name: String, _ arguments: [String]) -> KilledCommand {
    KilledCommand(
      name: name, output: folder.appending("output"), arguments: arguments, scratch: folder.appending("scratch"))
  }

  private func output(_ name: String) -> String { folder.appending("output/\(name)").path }

  private func show(_ command: KilledCommand, _ figures: KilledCommand.Figures) {
    print(
      "Killed \(command.name): \(figures.killed) times while it ran, \(figures.mixtures) between two files, "
        + "\(figures.remains) with remains")
  }

  @Test("train: each file is old or new, and embeddings of another training are refused")
  func train() throws {
    let model = output("colours.tflite")
    var train = command("train", ["train", "--model", base, "--data", more.path, "-o", model])
    let old = folder.appending("old")
    try FileManager.default.createDirectory(at: old, withIntermediateDirectories: true)
    let names = ["colours.tflite", "colours.txt", "colours.embeddings"]
    #expect(
      try Imprint.run("train", "--model", base, "--data", few.path, "-o", old.appending(path: names[0]).path).code == 0)
    train.prepare = {
      for name in names {
        try FileManager.default.copyItem(at: old.appending(path: name), to: URL(filePath: output(name)))
      }
    }
    train.check = {
      let isNew = try names.map {
        try Data(contentsOf: URL(filePath: output($0))) != Data(contentsOf: old.appending(path: $0))
      }
      // The files are replaced in this order.
      #expect(!isNew[1] || isNew[0])
      #expect(!isNew[2] || isNew[1])
      let copy = folder.appending("copy")
      try? FileManager.default.removeItem(at: copy)
      try FileManager.default.copyItem(at: folder.appending("output"), to: copy)
      let continued = try Imprint.run(
        "train", "--model", copy.appending(path: names[0]).path, "--keep-classes", "--data", few.path, "-o",
        copy.appending(path: "next.tflite").path)
      #expect(continued.code == (isNew[0] == isNew[2] ? 0 : 1), "\(isNew) \(continued.stderr)")
    }
    show(train, try train.run())
  }

  @Test("merge: the file is old or new")
  func merge() throws {
    let parts = [folder.appending("few.embeddings").path, folder.appending("more.embeddings").path]
    for (data, part) in zip([few, more], parts) {
      #expect(try Imprint.run("embed", "--model", base, data.path, "-o", part).code == 0)
    }
    var merge = command("merge", ["merge"] + parts + ["-o", output("both.embeddings")])
    merge.prepare = {
      try FileManager.default.copyItem(atPath: parts[0], toPath: output("both.embeddings"))
    }
    show(merge, try merge.run())
  }

  @Test("quantize: the model and the ranges are old or new")
  func quantize() throws {
    var quantize = command(
      "quantize",
      [
        "model", "quantize", float, "--calibration", more.path, "--save-ranges", output("ranges.json"), "-o",
        output("small.tflite"),
      ])
    quantize.prepare = {
      for name in ["ranges.json", "small.tflite"] { try Data("old".utf8).write(to: URL(filePath: output(name))) }
    }
    show(quantize, try quantize.run())
  }

  @Test("embed: what a half-written cache holds never changes an embedding", arguments: ["int8", "exact"])
  func cache(arithmetic: String) throws {
    var embed = command(
      "embed with \(arithmetic)",
      ["embed", "--model", base, "--arithmetic", arithmetic, more.path, "-o", output("new.embeddings")])
    embed.watched = folder.appending("scratch/cache/imprint/models")
    show(embed, try embed.run())
  }

  @Test("fetch: each picture is missing or complete", .enabled(if: Python.isPresent, Comment(rawValue: Python.need)))
  func fetch() throws {
    let server = try PictureServer(in: folder)
    let list = folder.appending("list.csv")
    let lines = (0..<6).map { "\(server.url("\($0).bmp")),\($0 % 2 == 0 ? "even" : "odd")\n" }
    try Data(lines.joined().utf8).write(to: list)
    var fetch = command("fetch", ["fetch", list.path, "-o", folder.appending("output").path])
    fetch.environment = ["no_proxy": "*"]
    // Downloads that the next run continues.
    fetch.ignored = { $0.contains(".under-way") }
    show(fetch, try fetch.run())
  }

  @Test(
    "pretrain: the checkpoints are missing or complete, and the next run continues to the same weights",
    .enabled(if: TorchLibrary.isInstalled, "needs libtorch (scripts/setup --training)"),
    .enabled(if: KilledCommand.count >= 10, "takes seconds; 'make test-kill' runs it"))
  func pretrain() throws {
    let run = folder.appending("output/run")
    let last = run.appending(path: "last.safetensors")
    let arguments = [
      "pretrain", "--data", more.path, "--test-ratio", "0.25", "--architecture", "mobilenet-v1-0.25", "--side", "32",
      "--epochs", "2", "--batch-size", "4", "--threads", "1", "-o", run.path,
    ]
    let clock = ContinuousClock()
    let start = clock.now
    #expect(try Imprint.run(arguments).code == 0)
    let duration = (clock.now - start) / .seconds(1)
    let expected = try #require(weights(last))
    var generator = SeededGenerator(seed: 14)
    var figures = KilledCommand.Figures()
    for round in 0..<KilledCommand.count / 10 {
      try FileManager.default.removeItem(at: run)
      let delay = Double.random(in: 0..<1.1 * duration, using: &generator)
      let outcome = try Imprint.run(arguments, in: [:]) { _ in Thread.sleep(forTimeInterval: delay) }
      if outcome.code == -1 { figures.killed += 1 }
      let begun = FileManager.default.fileExists(atPath: last.path)
      #expect(!begun || weights(last) != nil, "round \(round)")
      let next = try Imprint.run(arguments + (begun ? ["--resume"] : []))
      #expect(next.code == 0, "round \(round): \(next.stderr)")
      #expect(weights(last) == expected, "round \(round)")
      let names = try FileManager.default.contentsOfDirectory(atPath: run.path)
      #expect(!names.contains { $0.hasSuffix(".tmp") }, "\(names)")
    }
    show(command("pretrain", arguments), figures)
  }

  /// Returns the bytes of all tensors of a safetensors file.
  private func weights(_ file: URL) -> Data? {
    guard let data = try? Data(contentsOf: file), data.count > 8 else { return nil }
    let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    return length < data.count ? data.dropFirst(8 + length) : nil
  }
}
