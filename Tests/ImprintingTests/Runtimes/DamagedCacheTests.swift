import Foundation
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@testable import Heads
@testable import Imprinting
@testable import Inference

@Suite("Damaged caches")
struct DamagedCacheTests {
  @Test(
    "A change anywhere in a cached file, of any kind, never changes an answer", arguments: [Arithmetic.int8, .exact])
  func damage(arithmetic: Arithmetic) async throws {
    let folder = try TemporaryFolder()
    let model = Bytes(try ConvolutionExtractor.model(isFloat: arithmetic == .exact).serialized().bytes())
    let picture = try Swatches.picture(0, of: "red")
    func answers(_ cache: ModelCache?) async throws -> [Float] {
      let extractor = try Extractor(
        bytes: model, execution: Execution(threads: 1, arithmetic: arithmetic, cache: cache))
      var answers: [Float] = []
      try await extractor.embed([picture]) { answers += extractor.space.steps(try $1.get().embeddings) }
      return answers
    }
    let expected = try await answers(nil)
    #expect(Set(expected).count > 10)
    let cache = ModelCache(folder: folder.appending("models"))
    #expect(try await answers(cache) == expected)
    let files = try FileManager.default.contentsOfDirectory(atPath: cache.folder.path).sorted()
    #expect(
      files.map { URL(filePath: $0).pathExtension }.sorted()
        == (arithmetic == .int8 ? ["packed", "rewritten-2", "sum", "sum"] : ["packed", "sum"]))

    var generator = SeededGenerator(seed: 14)
    var replaced = 0
    let rounds = 100
    for name in files {
      let file = cache.folder.appending(path: name)
      let intact = try Data(contentsOf: file)
      for round in 0..<rounds {
        var bytes = intact
        // Each region in turn: the header, the packed weights, the list at the end.
        let place = (intact.count * round / rounds + Int.random(in: 0..<16, using: &generator)) % intact.count
        switch round % 5 {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: bytes[place] = bytes[place] == 0xFF ? 0 : 0xFF
        case 2: bytes = bytes.prefix(place)
        case 3: bytes.insert(7, at: place)
        default: for index in place..<min(bytes.count, place + 8) { bytes[index] = ~bytes[index] }
        }
        try bytes.write(to: file)
        #expect(try await answers(cache) == expected, "\(name), round \(round)")
        if try Data(contentsOf: file) != bytes { replaced += 1 }
      }
    }
    // The runtime packs and the rewriting writes the same bytes each time, so each damaged file was made again.
    #expect(replaced == rounds * files.count)
  }
}
