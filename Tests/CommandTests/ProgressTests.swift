import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Progress on a terminal")
struct ProgressTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Returns what the command draws on a terminal of a width, and the parts that it drew at a time.
  private func drawn(columns: Int) throws -> [Substring] {
    let model = folder.appending("small.tflite").path
    try SmallExtractor.model(.uint8(scale: 0.02, zeroPoint: 0)).serialized().write(to: URL(filePath: model))
    let data = folder.appending("data")
    for (name, colour) in [("red", [200, 20, 20]), ("green", [20, 200, 20])] as [(String, [UInt8])] {
      try FileManager.default.createDirectory(at: data.appending(path: name), withIntermediateDirectories: true)
      for number in 0..<150 { try Bitmap.pixel(colour).write(to: data.appending(path: "\(name)/\(number).bmp")) }
    }
    let log = folder.appending("log").path
    let command =
      "stty cols \(columns); '\(Imprint.executable.path)' embed --no-cache --model '\(model)' '\(data.path)' -o "
      + "'\(folder.appending("x.embeddings").path)' >/dev/null"
    let outcome = try Imprint.run(script: "script -qec \"\(command)\" '\(log)' >/dev/null")
    #expect(outcome.code == 0, "\(outcome.stderr)")
    return try String(contentsOfFile: log, encoding: .utf8).split(separator: "\r")
  }

  @Test("Draws a bar with the count, never wider than the terminal", arguments: [20, 50, 200])
  func width(columns: Int) throws {
    guard FileManager.default.fileExists(atPath: "/usr/bin/script") else { return }
    let parts = try drawn(columns: columns).filter { $0.contains(" of 300") || $0.contains("%") }
    #expect(!parts.isEmpty)
    for part in parts {
      let text = part.replacing("\u{1B}[K", with: "")
      #expect(text.count < columns, "\(text)")
    }
  }
}
