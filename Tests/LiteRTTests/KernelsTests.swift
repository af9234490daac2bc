import Foundation
import LiteRT
import TFLite
import TestMaterial
import Testing

@Suite("Imprint's own kernels", .enabled(if: Kernels.canRun, "needs a processor with AVX2"))
struct KernelsTests {
  private let runtime: Runtime

  init() throws { runtime = try Runtime() }

  private func compile(_ data: Data, _ kernels: Kernels.Use, threads: Int = 1) throws -> CompiledModel {
    let memory = AlignedMemory(data)
    let model = try LoadedModel(bytes: memory.bytes, owner: memory, runtime: runtime, kernels: kernels)
    return try CompiledModel(model, hardware: .cpu(threads: threads))
  }

  /// Runs a model on random bytes, or on the bytes at the end of their range.
  private func run(_ model: CompiledModel, seed: Int) throws -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return try model.run(
      fill: { tensor in
        for index in tensor.indices {
          tensor[index] = seed % 3 == 0 ? (index / 7 % 2 == 0 ? 0 : 255) : UInt8.random(in: 0...255, using: &generator)
        }
      }, read: { Array($0) })
  }

  @Test(
    "Give the same bytes as the runtime",
    arguments: [
      "mobilenet_v1_1.0_224_quant_embedding_extractor", "mobilenet_v1_1.0_224_quant", "mobilenet_v2_1.0_224_quant",
      "mobilenet_v1_1.0_224_l2norm_quant",
    ])
  func models(name: String) throws {
    let data = try Data(contentsOf: Material.model(name))
    let (own, other) = try (compile(data, .on), compile(data, .off))
    #expect(own.usesKernels && !other.usesKernels)
    for seed in 0..<4 { #expect(try run(own, seed: seed) == run(other, seed: seed)) }
  }

  @Test("Give the same bytes as the runtime for random networks", arguments: 0..<8)
  func randomNetworks(part: Int) throws {
    var taken = 0
    for seed in 50 * part..<50 * (part + 1) {
      let network = ChainNetwork(seed: seed)
      let data = try Data(network.model.serialized().bytes())
      let (own, other) = try (compile(data, .on), compile(data, .off))
      #expect(own.usesKernels || !network.isPlain, "network \(seed)")
      taken += own.usesKernels ? 1 : 0
      for turn in 0..<2 { #expect(try run(own, seed: seed + turn) == run(other, seed: seed + turn), "network \(seed)") }
    }
    #expect(taken >= 40)
  }

  @Test("Run on one thread only, and leave other models to the runtime")
  func notTaken() throws {
    let data = try Data(contentsOf: Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor"))
    #expect(try !compile(data, .on, threads: 2).usesKernels)
    // Its first layer has eight channels, of which the kernels compute no depthwise layer.
    let small = try Data(contentsOf: Material.model("mobilenet_v1_0.25_128_quant"))
    #expect(try !compile(small, .on).usesKernels)
  }

  #if os(Linux)
    @Test("A thousand models, opened and closed one after the other, leave no memory behind")
    func memory() throws {
      let data = try Data(ChainNetwork(seed: 2, side: 96).model.serialized().bytes())
      #expect(try compile(data, .on).usesKernels)
      let before = try residentPages()
      for _ in 0..<1000 { _ = try compile(data, .on) }
      // Each takes more than two megabytes; other tests run at the same time.
      let bound = 1 << 29
      #expect(try (residentPages() - before) * 4096 < bound)
    }

    private func residentPages() throws -> Int {
      let words = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
      return try #require(Int(words[1]))
    }
  #endif
}
