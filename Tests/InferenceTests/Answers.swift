import LiteRT
import ModelSurgery
import TFLite

@testable import Heads
@testable import Inference

/// Runs models and returns their raw output bytes.
struct Answers {
  let runtime: Runtime

  init() throws { runtime = try Runtime() }

  func compile(_ model: Model) throws -> CompiledModel {
    let loaded = try LoadedModel(file: Bytes(model.serialized().bytes()), runtime: runtime)
    return try CompiledModel(loaded, hardware: .cpu(threads: 1))
  }

  func answer(_ model: Model, to input: [UInt8]) throws -> [UInt8] {
    try compile(model).run(fill: { $0.copyBytes(from: input) }, read: { Array($0) })
  }
}
