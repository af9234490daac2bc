import Foundation
import Imprinting
import LiteRT
import Pictures

/// Times what the engine does with pictures that are decoded already: 200 of them in 10 classes, taught and saved.
///
///     teach-decoded MODEL DATA RUNS
///
/// It uses a thread a core. Prints the seconds of each run, a line each. Opening the model is not counted, as it is not in
/// the rate of the runtime alone.
@main
struct TeachDecoded {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 4, let runs = Int(arguments[3]) else {
      FileHandle.standardError.write(Data("usage: teach-decoded MODEL DATA RUNS\n".utf8))
      exit(64)
    }
    let model = URL(filePath: arguments[1])
    let output = FileManager.default.temporaryDirectory.appending(path: "teach-decoded-\(UUID().uuidString).tflite")
    defer { try? FileManager.default.removeItem(at: output) }
    let runtime = try Runtime()
    let size = try ImprintingEngine(model: model, execution: Execution(runtime: runtime)).input
    let reader = try PictureReader(width: size.width, height: size.height)
    let pictures = try LabelledPictures(folder: URL(filePath: arguments[2])).classes.prefix(10).map { known in
      try known.pictures.prefix(20).map { try reader.read($0) }
    }
    for _ in 0..<runs {
      let engine = try ImprintingEngine(model: model, execution: Execution(threads: 2, runtime: runtime))
      // The first inference of an instance packs its weights.
      _ = try await engine.embed(Array(pictures[0].prefix(8)))
      let clock = ContinuousClock()
      let start = clock.now
      try await engine.trainAll(pictures)
      try await engine.save(to: output)
      print((clock.now - start) / .seconds(1))
    }
  }
}
