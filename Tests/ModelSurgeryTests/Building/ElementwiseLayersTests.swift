import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Layers by element and reductions")
struct ElementwiseLayersTests {
  @Test(
    "Each computes what it says",
    .enabled(if: Python.isPresent, Comment(rawValue: Python.need)))
  func values() throws {
    var builder = GraphBuilder()
    let input = try builder.input("x", shape: [1, 4])
    let one = try builder.constant("one", try #require(WeightTensor(shape: [1], [1])))
    let size = try builder.abs(input, name: "size")
    let bounded = try builder.maximum(size, one, name: "bounded")
    let inverse = try builder.rsqrt(bounded, name: "inverse")
    let positive = try builder.relu(input, name: "positive")
    let root = try builder.sqrt(positive, name: "root")
    let difference = try builder.sub(root, inverse, name: "difference")
    let greatest = try builder.reduceMax(
      difference, axes: [1], options: ReducerOptions(keepsDimensions: true), name: "greatest")
    #expect(greatest.shape == [1, 1])
    #expect(try builder.reduceMax(difference, axes: [1], name: "flat").shape == [1])
    let all = try builder.concatenate([difference, greatest], axis: 1, name: "all")
    let folder = try TemporaryFolder()
    let file = folder.appending("model.tflite")
    let model = builder.finish(with: all, signature: "serving_default").cut(at: all.index)
    try model.checkRunnable()
    try model.serialized().write(to: file)
    let script = """
      import json, sys
      import numpy as np
      from ai_edge_litert.interpreter import Interpreter
      run = Interpreter(sys.argv[1]).get_signature_runner("serving_default")
      print(json.dumps(run(x=np.array([[-4, 0.25, 9, 0]], np.float32))["all"].ravel().tolist()))
      """
    let found = try JSONDecoder().decode([Float].self, from: Data(try Python.run(script, [file.path]).utf8))
    let expected: [Float] = [0 - 0.5, 0.5 - 1, 3 - 1 / 3, 0 - 1, 3 - 1 / 3]
    #expect(found.count == 5)
    for (one, other) in zip(found, expected) { #expect(abs(one - other) < 1e-5, "\(found)") }
  }

  @Test("Shapes that do not fit, and types that an operator does not take, are refused by name")
  func misfits() throws {
    var builder = GraphBuilder()
    let row = try builder.input("row", shape: [1, 4])
    let other = try builder.input("other", shape: [1, 3])
    let bytes = try builder.input("bytes", shape: [1, 4], encoding: .uint8(scale: 1, zeroPoint: 0))
    #expect(throws: SurgeryError.self) { try builder.sub(row, other, name: "difference") }
    #expect(throws: SurgeryError.self) { try builder.sub(row, bytes, name: "difference") }
    #expect(throws: SurgeryError.self) { try builder.maximum(row, other, name: "greater") }
    #expect(throws: SurgeryError.self) { try builder.maximum(bytes, bytes, name: "greater") }
    #expect(throws: SurgeryError.self) { try builder.reduceMax(row, axes: [2], name: "greatest") }
    #expect(throws: SurgeryError.cannotBuild(layer: "root", because: "its input is UINT8, where floats are needed")) {
      try builder.sqrt(bytes, name: "root")
    }
  }
}
