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
  /// Returns an extractor of two convolutions whose weights the runtime packs: 8x8 pixels, 32 elements.
  private func model(isFloat: Bool) throws -> Model {
    func encoding(_ scale: Float, zeroPoint: Int = 128) -> ElementEncoding {
      isFloat ? .float32 : .uint8(scale: scale, zeroPoint: zeroPoint)
    }
    var builder = GraphBuilder()
    var unit: Float = 1 / 128
    var last = try builder.input("picture", shape: [1, 8, 8, 3], encoding: encoding(unit))
    for layer in 0..<2 {
      let (count, kernel, output) = (32 * 9 * Int(last.shape[3]), encoding(1 / 512), encoding(1 / 64, zeroPoint: 0))
      let weights = (0..<count).map { Float(($0 * 37 + layer) % 101 - 50) / 512 }
      let biases = (0..<32).map { Float($0 % 7) / 16 }
      let bias =
        isFloat
        ? try builder.constant("bias \(layer)", shape: [32], encoding: .float32, contents: Bytes(kernel.encode(biases)))
        : try builder.integers(
          "bias \(layer)", biases.map { Int32($0 / (unit * kernel.unit)) },
          quantization: QuantizationParameters(scale: unit * kernel.unit, zeroPoint: 0))
      last = try builder.conv2D(
        last,
        kernel: builder.constant(
          "kernel \(layer)", shape: [32, 3, 3, last.shape[3]], encoding: kernel, contents: Bytes(kernel.encode(weights))
        ),
        bias: bias, options: Conv2DOptions(padding: .valid, activation: .relu), encoding: output,
        name: "convolution \(layer)")
      unit = 1 / 64
    }
    let pooled = try builder.averagePool(
      last, options: Pool2DOptions(padding: .valid, strideWidth: 4, strideHeight: 4, filterWidth: 4, filterHeight: 4),
      name: "pooled")
    return builder.finish(with: try builder.reshape(pooled, to: [1, 32], name: "embedding", shapeName: "shape"))
  }

  @Test(
    "A change anywhere in a cached file, of any kind, never changes an answer", arguments: [Arithmetic.int8, .exact])
  func damage(arithmetic: Arithmetic) async throws {
    let folder = try TemporaryFolder()
    let model = Bytes(try model(isFloat: arithmetic == .exact).serialized().bytes())
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
