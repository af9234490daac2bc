import Foundation
import LiteRT
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@testable import Heads
@testable import Inference

@Suite("Models with Imprint's own kernels", .enabled(if: Kernels.canRun, "needs a processor with AVX2"))
struct KernelModelsTests {
  private let runtime: Runtime

  init() throws { runtime = try Runtime() }

  /// Returns the embeddings of pictures, with one thread for each.
  private func embeddings(
    _ model: Model, _ kernels: Kernels.Use, arithmetic: Arithmetic
  ) async throws -> (bytes: [[UInt8]], space: EmbeddingSpace) {
    let extractor = try Extractor(
      model: model, execution: Execution(threads: 2, arithmetic: arithmetic, runtime: runtime, kernels: kernels))
    let pictures = try (0..<3).map { seed in
      var generator = SeededGenerator(seed: seed)
      let bytes = (0..<extractor.input.pictureByteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
      return try #require(PixelTensor(width: extractor.input.width, height: extractor.input.height, pixels: bytes))
    }
    var found: [[UInt8]] = []
    try await extractor.embed(pictures) { _, picture in try found.append(Array(picture.get().embeddings)) }
    return (found, extractor.space)
  }

  @Test(
    "Embeddings and their space are the same with the kernels and without, in either arithmetic",
    arguments: ["mobilenet_v1_1.0_224_quant", "mobilenet_v2_1.0_224_inat_insect_quant"], [Arithmetic.exact, .int8])
  func sameEmbeddings(name: String, arithmetic: Arithmetic) async throws {
    let model = try Model(contentsOf: Material.model(name))
    let own = try await embeddings(model, .on, arithmetic: arithmetic)
    let other = try await embeddings(model, .off, arithmetic: arithmetic)
    #expect(own.bytes == other.bytes)
    #expect(own.space == other.space)
    let runner = try ModelRunner(
      model: model, execution: Execution(arithmetic: arithmetic, runtime: runtime, kernels: .on))
    #expect(try runner.usesKernels)
  }

  @Test("A damaged network runs as in the runtime, or is refused", arguments: 0..<4)
  func damaged(part: Int) throws {
    var run = 0
    for seed in 300 * part..<300 * (part + 1) {
      var generator = SeededGenerator(seed: seed)
      var model = ChainNetwork(seed: seed % 600).model
      // The runtime itself ends the process at some damaged sums.
      if model.operatorCodes.contains(where: { $0.builtinCode == .add }) { continue }
      for _ in 0..<Int.random(in: 1...2, using: &generator) { Self.damage(&model, using: &generator) }
      guard let bytes = try? model.serialized().bytes(), let read = try? Model(bytes: Bytes(bytes)),
        (try? read.checkRunnable()) != nil
      else { continue }
      let (own, other) = (outcome(read, .on), outcome(read, .off))
      // The kernels may run what the runtime alone refuses, but never the other way around, and never with other numbers.
      guard let other else { continue }
      let isSame = own == other
      #expect(isSame, "network \(seed)")
      run += 1
    }
    #expect(run > 5)
  }

  /// Returns the output of a model for a picture; nil if it cannot run.
  private func outcome(_ model: Model, _ kernels: Kernels.Use) -> [UInt8]? {
    guard let bytes = try? Bytes(model.serialized().bytes()),
      let loaded = try? LoadedModel(file: bytes, runtime: runtime, kernels: kernels),
      let compiled = try? CompiledModel(loaded, hardware: .cpu(threads: 1))
    else { return nil }
    return try? compiled.run(
      fill: { tensor in for index in tensor.indices { tensor[index] = UInt8(truncatingIfNeeded: index &* 37 >> 2) } },
      read: { Array($0) })
  }

  /// Changes one field of a tensor or an operator.
  private static func damage(_ model: inout Model, using generator: inout SeededGenerator) {
    let tensors = model.subgraphs[0].tensors.count
    let tensor = Int.random(in: 0..<tensors, using: &generator)
    let operators = model.subgraphs[0].operators.count
    let place = Int.random(in: 0..<operators, using: &generator)
    let number = [-1, 0, 1, 2, 3, 4, 7, 8, 255, 256, 0x7FFF_FFFF].randomElement(using: &generator) ?? 0
    switch Int.random(in: 0..<12, using: &generator) {
    case 0:
      guard !model.subgraphs[0].tensors[tensor].shape.isEmpty else { return }
      let dimension = Int.random(in: 0..<model.subgraphs[0].tensors[tensor].shape.count, using: &generator)
      model.subgraphs[0].tensors[tensor].shape[dimension] = Int32(number)
    case 1: model.subgraphs[0].tensors[tensor].shape.append(Int32(number))
    case 2:
      let types: [TensorType] = [.uint8, .int8, .int32, .float32]
      model.subgraphs[0].tensors[tensor].type = types.randomElement(using: &generator) ?? .int8
    case 3:
      let scales: [Float] = [0, -1, .nan, .infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1e-30, 300]
      let scale = scales.randomElement(using: &generator) ?? 0
      if model.subgraphs[0].tensors[tensor].quantization?.scale.isEmpty == false {
        model.subgraphs[0].tensors[tensor].quantization?.scale[0] = scale
      }
    case 4:
      if model.subgraphs[0].tensors[tensor].quantization?.zeroPoint.isEmpty == false {
        model.subgraphs[0].tensors[tensor].quantization?.zeroPoint[0] = Int64(number) - 128
      }
    case 5: model.subgraphs[0].tensors[tensor].quantization = nil
    case 6:
      model.subgraphs[0].tensors[tensor].quantization?.scale.append(0.5)
      model.subgraphs[0].tensors[tensor].quantization?.zeroPoint.append(1)
    case 7:
      let buffer = Int.random(in: 0..<model.buffers.count, using: &generator)
      model.subgraphs[0].tensors[tensor].buffer = UInt32(buffer)
    case 8:
      let input = Int.random(in: 0..<model.subgraphs[0].operators[place].inputs.count, using: &generator)
      model.subgraphs[0].operators[place].inputs[input] = Int32.random(in: -1...Int32(tensors), using: &generator)
    case 9: model.subgraphs[0].operators[place].outputs[0] = Int32.random(in: -1...Int32(tensors), using: &generator)
    case 10:
      guard let options = model.subgraphs[0].operators[place].options else { return }
      if var view = Conv2DOptions(options) {
        view.strideHeight = Int32(number)
        if number.isMultiple(of: 2) { view.strideWidth = Int32(number) }
        if number == 3 { view.dilationWidth = 2 }
        view.activation = ActivationFunction(rawValue: Int8(number & 7))
        model.subgraphs[0].operators[place].options = view.options
      } else if var view = DepthwiseConv2DOptions(options) {
        view.depthMultiplier = Int32(number)
        view.padding = Padding(rawValue: Int8(number & 3))
        model.subgraphs[0].operators[place].options = view.options
      }
    default: model.subgraphs[0].operators.swapAt(place, Int.random(in: 0..<operators, using: &generator))
    }
  }
}
