import Foundation
import Imprinting
import LiteRT
import Pictures

/// Times the engine with a base on Edge TPUs: on one device, on two, and the cost of learning compared with inference.
///
///     devices MODEL DATA LIBRARY-WITH-ONE LIBRARY-WITH-TWO RUNS
///
/// It first decodes 200 pictures of 10 classes. It prints a line per run: the seconds to embed all pictures on one device, to
/// embed them on two, to train on one device and serialise the model, and to do the same from given embeddings.
@main
struct Devices {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 6, let runs = Int(arguments[5]) else {
      FileHandle.standardError.write(Data("usage: devices MODEL DATA LIBRARY-WITH-ONE LIBRARY-WITH-TWO RUNS\n".utf8))
      exit(64)
    }
    let runtime = try Runtime()
    func engine(_ library: String) async throws -> ImprintingEngine {
      try ImprintingEngine(
        model: URL(filePath: arguments[1]),
        execution: Execution(
          device: .edgeTPU(.all(nil)), edgeTPU: EdgeTPUOptions(library: library), runtime: runtime))
    }
    let size = try await engine(arguments[3]).input
    let reader = try PictureReader(width: size.width, height: size.height)
    let pictures = try LabelledPictures(folder: URL(filePath: arguments[2])).classes.prefix(10).map { known in
      try known.pictures.prefix(20).map { try reader.read($0) }
    }
    let all = pictures.flatMap { $0 }
    let clock = ContinuousClock()
    func seconds(_ work: () async throws -> Void) async throws -> Double {
      let start = clock.now
      try await work()
      return (clock.now - start) / .seconds(1)
    }
    for _ in 0..<runs {
      let one = try await engine(arguments[3])
      let two = try await engine(arguments[4])
      // The first inference opens the device.
      _ = try await one.embed(Array(all.prefix(4)))
      _ = try await two.embed(Array(all.prefix(4)))
      var embeddings: [Embedding] = []
      let onOne = try await seconds { embeddings = try await one.embed(all) }
      let onTwo = try await seconds { _ = try await two.embed(all) }
      let taught = try await seconds {
        try await one.trainAll(pictures)
        _ = try await one.serialized().bytes()
      }
      // The head alone: the same work from given embeddings.
      let again = try await engine(arguments[3])
      let head = try await seconds {
        var rest = embeddings[...]
        for (id, known) in pictures.enumerated() {
          var sum = EmbeddingSum(dimension: again.embeddingDimension)
          for embedding in rest.prefix(known.count) { try sum.add(embedding) }
          rest = rest.dropFirst(known.count)
          try await again.train(sum, classID: id)
        }
        _ = try await again.serialized().bytes()
      }
      print(onOne, onTwo, taught, head)
    }
  }
}
