import Foundation
import Imprinting
import LiteRT
import Pictures

/// Times imprinting without decoding: trains on 200 pictures of 10 classes and saves the model.
///
///     teach-decoded MODEL DATA RUNS
///
/// It uses one thread per core, and prints the seconds of each run, one per line. Opening the model is not timed, as in the
/// measurement of the runtime alone.
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
    let size = try Extractor(model: model, execution: Execution(runtime: runtime)).input
    let reader = try PictureReader(width: size.width, height: size.height)
    let pictures = try LabelledPictures(folder: URL(filePath: arguments[2])).classes.prefix(10).map { known in
      (name: known.name, pictures: try known.pictures.prefix(20).map { try reader.read($0) })
    }
    for _ in 0..<runs {
      let teacher = try Teacher(model: model, method: Imprinted(), execution: Execution(runtime: runtime))
      // The first inference of an instance packs its weights.
      try await teacher.extractor.embed(Array(pictures[0].pictures.prefix(8))) { _, _ in }
      let clock = ContinuousClock()
      let start = clock.now
      try await teacher.learn(decoded: Array(pictures))
      try await teacher.save(to: output)
      print((clock.now - start) / .seconds(1))
    }
  }
}
