import LiteRT
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@testable import Heads
@testable import Inference

@Suite("uint8 operators rewritten as int8")
struct RequantizedOperatorsTests {
  @Test(
    "The rewritten operator gives the same results in the runtime, within its tolerance",
    arguments: UnsignedOperator.all)
  func alike(op: UnsignedOperator) throws {
    let model = op.graph.model
    let expected = try Self.outputs(of: model)
    #expect(Set(expected.joined()).count > 5, "the outputs hardly vary")
    for interface in [Requantization.Interface.kept, .signed] {
      let rewritten = try Requantization(model, interface: interface)
      // With a uint8 output, a final QUANTIZE from int8 to uint8 stays unchanged, so only the int8 form is checked.
      if interface == .signed { #expect(rewritten.report.left.map(\.name) == op.left) }
      #expect(!rewritten.report.isUnchanged)
      let found = try Self.outputs(of: rewritten.model)
      for (one, other) in zip(found.joined(), expected.joined()) {
        #expect(abs(one - other) <= op.steps, "\(interface)")
        if abs(one - other) > op.steps { break }
      }
    }
  }

  /// Returns the outputs of a model for pseudorandom bytes, with int8 values shifted to uint8.
  static func outputs(of model: Model) throws -> [[Float]] {
    let loaded = try LoadedModel(file: Bytes(model.serialized().bytes()), runtime: Runtime())
    let compiled = try CompiledModel(loaded, hardware: .cpu(threads: 1))
    let graph = try #require(model.mainSubgraph)
    let types = try [graph.inputs[0], graph.outputs[0]].map { try #require(graph.tensor($0)).type }
    return try (0..<12).map { seed in
      var generator = SeededGenerator(seed: seed)
      return try compiled.run(
        fill: { input in
          for place in input.indices {
            input[place] = UInt8.random(in: 0...255, using: &generator) ^ (types[0] == .int8 ? 0x80 : 0)
          }
        },
        read: { output in
          switch types[1] {
          case .float32: output.bindMemory(to: Float.self).map { $0 }
          case .int32: output.bindMemory(to: Int32.self).map { Float($0) }
          default: output.map { Float($0 ^ (types[1] == .int8 ? 0x80 : 0)) }
          }
        })
    }
  }
}
