import Foundation
import LiteRT
import TestMaterial
import Testing

@Suite("Compiled models")
struct CompiledModelTests {
  let runtime: Runtime

  init() throws { runtime = try Runtime() }

  private func load(_ name: String) throws -> LoadedModel {
    let data = try NSData(contentsOf: Material.model(name)) as Data
    return try load(data)
  }

  private func load(_ data: Data) throws -> LoadedModel {
    let memory = AlignedMemory(data)
    return try LoadedModel(bytes: memory.bytes, owner: memory, runtime: runtime)
  }

  @Test("Describes inputs and outputs by type, shape and size")
  func description() throws {
    let model = try CompiledModel(
      load("mobilenet_v1_1.0_224_quant_embedding_extractor"), hardware: .cpu(threads: 1))
    #expect(model.input.type == .uint8)
    #expect(model.input.shape == [1, 224, 224, 3])
    #expect(model.input.byteCount == 224 * 224 * 3)
    #expect(model.output.shape == [1, 1, 1, 1024])
  }

  @Test("One thread, two threads and a second instance give the same bytes")
  func deterministic() throws {
    let loaded = try load("mobilenet_v1_0.25_128_quant")
    let outputs = try [1, 2, 1].map { threads in
      try CompiledModel(loaded, hardware: .cpu(threads: threads)).run(
        fill: { input in for index in input.indices { input[index] = UInt8(truncatingIfNeeded: index &* 31) } },
        read: { Array($0) })
    }
    #expect(outputs[0].count == 1001)
    #expect(outputs[0].contains { $0 > 0 })
    #expect(outputs[1] == outputs[0])
    #expect(outputs[2] == outputs[0])
  }

  @Test("One instance on several threads gives each the output for its own input")
  func concurrent() async throws {
    let model = try CompiledModel(load("mobilenet_v1_0.25_128_quant"), hardware: .cpu(threads: 1))
    func output(_ seed: Int) throws -> [UInt8] {
      try model.run(
        fill: { input in for index in input.indices { input[index] = UInt8(truncatingIfNeeded: index &* seed) } },
        read: { Array($0) })
    }
    let sequential = try (1...8).map(output)
    let concurrently = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
      for seed in 1...8 { group.addTask { (seed, try output(seed)) } }
      var found: [[UInt8]] = Array(repeating: [], count: 8)
      for try await (seed, bytes) in group { found[seed - 1] = bytes }
      return found
    }
    #expect(concurrently == sequential)
  }

  @Test("A model compiled for an Edge TPU fails with the message of the runtime")
  func edgeTPU() throws {
    let model = try load("mobilenet_v1_1.0_224_l2norm_quant_edgetpu")
    let error = #expect(throws: LiteRTError.self) { try CompiledModel(model, hardware: .cpu(threads: 1)) }
    #expect("\(try #require(error))".contains("edgetpu-custom-op"))
  }

  @Test("Rejects bytes that are not a model, with the status of the runtime")
  func garbage() throws {
    let error = #expect(throws: LiteRTError.self) { try load(Data(repeating: 7, count: 4096)) }
    #expect(error?.code == .failed && error?.status?.rawValue == 501, "\(String(describing: error))")
  }

  @Test("Rethrows an error from filling the input, and the model still runs")
  func fillThrows() throws {
    struct Refusal: Error {}
    let model = try CompiledModel(load("mobilenet_v1_0.25_128_quant"), hardware: .cpu(threads: 1))
    #expect(throws: Refusal.self) { try model.run(fill: { _ in throw Refusal() }, read: { _ in }) }
    #expect(try model.run(fill: { $0.initializeMemory(as: UInt8.self, repeating: 3) }, read: \.count) == 1001)
  }
}

@Suite("Processor features")
struct ProcessorTests {
  @Test(
    "Recognises the widest instructions in /proc/cpuinfo",
    arguments: [
      (
        "processor\t: 0\nflags\t\t: fpu avx2 \(Self.avx512) avx512_vnni\n\nprocessor\t: 1\nflags\t\t: fpu\n",
        .avx512VNNI
      ),
      ("flags\t\t: fpu avx avx2 avx_vnni\n", .avxVNNI),
      ("flags\t\t: fpu avx2 \(Self.avx512) avx_vnni\n", .avxVNNI),
      ("flags\t\t: fpu avx2 \(Self.avx512)\n", .avx512),
      // The first processors with AVX-512 had only a part of it.
      ("flags\t\t: fpu avx2 avx512f avx512cd\n", .avx2),
      ("flags\t\t: fpu sse4_1 avx\n", .avx),
      ("flags\t\t: fpu sse4_1\n", .sse41),
      ("processor\t: 0\nFeatures\t: fp asimd asimddp\n", .dotProducts),
      ("Features\t: fp asimd\n", .neon),
      ("flags\n", .other),
      ("", .other),
    ] as [(String, Processor.Instructions)])
  func instructions(cpuinfo: String, expected: Processor.Instructions) {
    #expect(Processor(cpuinfo: cpuinfo).instructions == expected)
  }

  private static let avx512 = "avx512f avx512dq avx512cd avx512bw avx512vl"

  @Test("Lists the features of this machine's processor")
  func current() {
    #expect(!Processor.current.features.isEmpty)
  }
}
