import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Shards of the command", .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
struct ShardTests {
  private struct Report: Decodable {
    struct Shards: Decodable {
      let held, missing: String
      let count: Int
    }

    let pictures: Int
    let shards: [Shards]
  }

  private let folder: TemporaryFolder
  private let data: URL

  init() throws {
    folder = try TemporaryFolder()
    data = folder.appending("data")
    try SmallExtractor.model(.uint8(scale: 0.02, zeroPoint: 0)).serialized().write(to: folder.appending("base.tflite"))
    for (place, name) in ["daisy", "iris", "tulip"].enumerated() {
      let own = data.appending(path: name)
      try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
      for number in 0..<7 {
        let bytes = (0..<48).map { UInt8(truncatingIfNeeded: 60 * place + ($0 * (number + 3)) % 50) }
        // The last daisy is a copy of the first.
        let isCopy = place == 0 && number == 6
        let copied = isCopy ? (0..<48).map { UInt8(truncatingIfNeeded: ($0 * 3) % 50) } : bytes
        try Bitmap.file(width: 4, height: 4, bytes: copied).write(to: own.appending(path: "\(number).bmp"))
      }
    }
  }

  private func path(_ name: String) -> String { folder.appending(name).path }
  private func contents(_ name: String) throws -> Data { try Data(contentsOf: folder.appending(name)) }

  @discardableResult
  private func embed(_ name: String, _ options: String...) throws -> Imprint.Outcome {
    let outcome = try Imprint.run(
      ["embed", data.path, "-o", path(name), "--model", path("base.tflite"), "--no-cache"] + options)
    #expect(outcome.code == 0, "\(outcome.stderr)")
    return outcome
  }

  private func merge(_ names: [String], _ options: String...) throws -> Imprint.Outcome {
    try Imprint.run(["merge", "-o", path("merged.embeddings")] + names.map(path) + options)
  }

  private func parts(_ count: Int, _ options: [String] = []) throws -> [String] {
    try (0..<count).map { index in
      let name = "\(index).embeddings"
      try Imprint.run(
        ["embed", data.path, "-o", path(name), "--model", path("base.tflite"), "--shard", "\(index)/\(count)"] + options
      )
      return name
    }
  }

  @Test("Merged shards are the file of one process, and teach the same model", arguments: [["--budget", "0"], []])
  func sameBytes(_ options: [String]) throws {
    // In sums a copy in another shard cannot be told from another picture of the same sum.
    if !options.isEmpty { try FileManager.default.removeItem(at: data.appending(path: "daisy/6.bmp")) }
    let whole = try Imprint.run(
      ["embed", data.path, "-o", path("whole.embeddings"), "--model", path("base.tflite")] + options)
    #expect(whole.code == 0, "\(whole.stderr)")
    for count in [2, 5] {
      let names = try parts(count, options)
      for order in [names, names.reversed()] {
        let merged = try merge(order)
        #expect(merged.code == 0, "\(merged.stderr)")
        #expect(try contents("merged.embeddings") == contents("whole.embeddings"))
      }
    }
    for name in ["whole", "merged"] {
      let outcome = try Imprint.run(
        "train", "--model", path("base.tflite"), "--from", path("\(name).embeddings"), "--output",
        path("\(name).tflite"), "--no-embeddings")
      #expect(outcome.code == 0, "\(outcome.stderr)")
    }
    #expect(try contents("merged.tflite") == contents("whole.tflite"))
    guard options.isEmpty else { return }
    let direct = try Imprint.run(
      "train", "--model", path("base.tflite"), "--data", data.path, "--output", path("direct.tflite"),
      "--no-embeddings")
    #expect(direct.code == 0, "\(direct.stderr)")
    #expect(try contents("direct.tflite") == contents("whole.tflite"))
  }

  @Test("A missing shard is told by its number; --partial writes what is there, to be completed later")
  func missing() throws {
    let names = try parts(4)
    let refused = try merge([names[0], names[3]])
    #expect(refused.code == 64)
    #expect(refused.stderr.contains("shards are missing: 1-2 of 4, counted from 0"), "\(refused.stderr)")
    #expect(!FileManager.default.fileExists(atPath: path("merged.embeddings")))
    let half = try merge([names[3], names[0]], "--partial", "--json")
    let report = try half.decoded(as: Report.self)
    #expect(report.shards.map(\.missing) == ["1-2"] && report.shards.map(\.held) == ["0, 3"])
    try FileManager.default.moveItem(at: folder.appending("merged.embeddings"), to: folder.appending("half.embeddings"))
    let warned = try Imprint.run(
      "train", "--model", path("base.tflite"), "--from", path("half.embeddings"), "--output", path("m.tflite"))
    #expect(warned.stderr.contains("shards are missing: 1-2 of 4"), "\(warned.stderr)")
    let inspected = try Imprint.run("inspect", path("half.embeddings"))
    #expect(inspected.output.contains("0, 3 of 4, counted from 0; missing: 1-2"), "\(inspected.output)")
    try embed("whole.embeddings")
    #expect(try merge([names[2], "half.embeddings", names[1]]).code == 0)
    #expect(try contents("merged.embeddings") == contents("whole.embeddings"))
  }

  @Test("A shard given twice counts once, and is told")
  func twice() throws {
    let names = try parts(3, ["--budget", "0"])
    try FileManager.default.copyItem(at: folder.appending(names[1]), to: folder.appending("again.embeddings"))
    let once = try merge(names + ["again.embeddings"])
    #expect(once.code == 0 && once.stderr.contains("count once: 1 in \(path("again.embeddings"))"), "\(once.stderr)")
    try embed("whole.embeddings", "--budget", "0")
    #expect(try contents("merged.embeddings") == contents("whole.embeddings"))
  }

  @Test("Copies of a picture in two shards of sums are refused; with embeddings they count once")
  func copies() throws {
    let sums = try merge(parts(5, ["--budget", "0"]))
    #expect(sums.code == 1 && sums.stderr.contains("a picture is in both sets"), "\(sums.stderr)")
    #expect(try merge(parts(5), "--budget", "0").code == 0)
    try embed("whole.embeddings", "--budget", "0")
    let both = try ["whole.embeddings", "merged.embeddings"].map {
      try Imprint.run("inspect", path($0), "--json").decoded(as: Report.self).pictures
    }
    #expect(both == [20, 20])
  }

  @Test("A shard without pictures is written and merged")
  func empty() throws {
    let names = try parts(30)
    let inspected = try Imprint.run("inspect", path(names[0]))
    #expect(inspected.code == 0 && inspected.output.contains("Embeddings of 0 pictures"), "\(inspected.output)")
    try embed("whole.embeddings")
    #expect(try merge(names).code == 0)
    #expect(try contents("merged.embeddings") == contents("whole.embeddings"))
  }

  @Test("Damaged shards are all named before anything is merged, or set aside with --partial")
  func damaged() throws {
    let names = try parts(4)
    for name in names[1...2] {
      let whole = try contents(name)
      try whole.prefix(whole.count / 2).write(to: folder.appending(name))
    }
    let refused = try merge(names)
    #expect(refused.code == 64)
    for name in names[1...2] { #expect(refused.stderr.contains("\(path(name)) cannot be used"), "\(refused.stderr)") }
    #expect(refused.stderr.contains("2 of 4 files cannot be used"))
    let partial = try merge(names, "--partial")
    #expect(partial.code == 0)
    #expect(partial.stderr.contains("shards are missing: 1-2 of 4"), "\(partial.stderr)")
    // One altered bit is found when the file is read.
    _ = try parts(4)
    var altered = try contents(names[3])
    altered[altered.count - 40] ^= 1
    try altered.write(to: folder.appending(names[3]))
    let found = try merge(names)
    #expect(found.code == 1 && found.stderr.contains("\(path(names[3])) cannot be used"), "\(found.stderr)")
  }

  @Test("A shard of another model, of other pictures or of another arithmetic is told and refused")
  func others() throws {
    let names = try parts(2)
    try SmallExtractor.meanColour(.uint8(scale: 0.02, zeroPoint: 0)).serialized().write(
      to: folder.appending("other.tflite"))
    let embed = ["embed", data.path, "--shard", "1/2", "-o"]
    #expect(try Imprint.run(embed + [path("other.embeddings"), "--model", path("other.tflite")]).code == 0)
    let model = try merge([names[0], "other.embeddings"])
    #expect(model.code == 1)
    #expect(model.stderr.contains("\(path("other.embeddings")): these embeddings are of another kind: another model"))
    try FileManager.default.removeItem(at: data.appending(path: "iris/3.bmp"))
    #expect(try Imprint.run(embed + [path("fewer.embeddings"), "--model", path("base.tflite")]).code == 0)
    let pictures = try merge([names[0], "fewer.embeddings"])
    #expect(pictures.code == 64)
    #expect(pictures.stderr.contains("2 jobs, of other pictures or settings"), "\(pictures.stderr)")
  }

  @Test("Shards of another processor are told and refused unless allowed")
  func workers() throws {
    let names = try parts(2)
    // The file of another version: its seal is that of the changed header.
    var bytes = try contents(names[1]).dropLast(32) as Data
    let version = try #require(bytes.range(of: Data("\"version\":\"".utf8)))
    bytes[version.upperBound] = UInt8(ascii: "9")
    let seal = try #require(try Bytes(Array(bytes)).sha256.bytesOfHexadecimal)
    try (bytes + seal).write(to: folder.appending(names[1]))
    let refused = try merge(names)
    #expect(refused.code == 64 && refused.stderr.contains("\(path(names[1])) by version 9"), "\(refused.stderr)")
    try embed("whole.embeddings")
    #expect(try merge(names, "--allow-mixed-workers").code == 0)
    #expect(try contents("merged.embeddings") == contents("whole.embeddings"))
  }

  @Test(
    "Numbers of shards that do not exist are refused with the numbers that do",
    arguments: ["2/2", "-1/2", "0/0", "1", "a/b"])
  func bounds(_ shard: String) throws {
    let outcome = try Imprint.run("embed", data.path, "-o", path("x.embeddings"), "--shard=\(shard)")
    #expect(outcome.code == 64)
    #expect(outcome.stderr.contains("'\(shard)' is invalid for '--shard"), "\(outcome.stderr)")
    if shard == "2/2" { #expect(outcome.stderr.contains("numbered from 0 to 1"), "\(outcome.stderr)") }
  }
}

extension String {
  /// The bytes of hexadecimal digits.
  fileprivate var bytesOfHexadecimal: [UInt8]? {
    let digits = Array(utf8)
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
    }
    return bytes.count * 2 == digits.count ? bytes : nil
  }
}
