import LiteRT
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@testable import Heads
@testable import Inference

@Suite("Operators in uint8 and rewritten as int8")
struct RequantizedOperatorsTests {
  @Test("They compute the same in the runtime, within a step", arguments: UnsignedOperator.all)
  func alike(op: UnsignedOperator) throws {
    let model = op.graph.model
    let expected = try Self.outcomes(of: model)
    #expect(Set(expected.joined()).count > 5, "nothing is told apart")
    for interface in [Requantization.Interface.kept, .signed] {
      let made = try Requantization(model, interface: interface)
      // What goes from int8 to uint8 is no border where the model gives uint8, and runs on neither.
      if interface == .signed { #expect(made.report.left.map(\.name) == op.left) }
      #expect(!made.report.isUnchanged)
      let found = try Self.outcomes(of: made.model)
      for (one, other) in zip(found.joined(), expected.joined()) {
        #expect(abs(one - other) <= op.steps, "\(interface)")
        if abs(one - other) > op.steps { break }
      }
    }
  }

  /// What a model makes of pseudorandom bytes: numbers as in the uint8 form.
  static func outcomes(of model: Model) throws -> [[Float]] {
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
