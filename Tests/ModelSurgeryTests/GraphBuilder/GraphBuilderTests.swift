import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Building graphs")
struct GraphBuilderTests {
  private func refusal(_ body: (inout GraphBuilder) throws -> Void) -> String {
    let error = #expect(throws: SurgeryError.self) {
      var builder = GraphBuilder()
      try body(&builder)
    }
    return error.map { "\($0)" } ?? ""
  }

  private func zeros(_ shape: Int...) throws -> WeightTensor {
    try #require(WeightTensor(shape: shape, Array(repeating: 0, count: shape.reduce(1, *))))
  }

  @Test("Window counts follow TensorFlow's rules")
  func windows() {
    #expect(Padding.same.windowCount(input: 224, window: 3, stride: 2) == 112)
    #expect(Padding.same.windowCount(input: 7, window: 5, stride: 2) == 4)
    #expect(Padding.same.windowCount(input: 1, window: 9, stride: 4) == 1)
    #expect(Padding.valid.windowCount(input: 7, window: 3, stride: 2) == 3)
    #expect(Padding.valid.windowCount(input: 7, window: 3, stride: 1, dilation: 3) == 1)
    #expect(Padding.valid.windowCount(input: 6, window: 3, stride: 1, dilation: 3) == nil)
    #expect(Padding.valid.windowCount(input: .max, window: .max, stride: .max, dilation: .max) == nil)
    #expect(Padding.same.windowCount(input: .max, window: 1, stride: 1) == .max)
    for wrong in [(0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 0, 1), (1, 1, 1, 0), (-5, 1, 1, 1)]
      as [(Int32, Int32, Int32, Int32)]
    {
      #expect(Padding.same.windowCount(input: wrong.0, window: wrong.1, stride: wrong.2, dilation: wrong.3) == nil)
    }
    #expect(Padding(rawValue: 7).windowCount(input: 4, window: 1, stride: 1) == nil)
  }

  @Test("Mismatched shapes are refused, and the error states the layer's name and the shapes")
  func misfits() {
    let shapes: [([Int], Int)] = [([4, 3, 3, 2], 4), ([4, 3, 3, 3], 5), ([4, 3, 3], 4), ([4, 9, 9, 3], 4)]
    for (kernel, bias) in shapes {
      let message = refusal { builder in
        let picture = try builder.input("picture", shape: [1, 8, 8, 3])
        let zeros = Array(repeating: Float(0), count: kernel.reduce(1, *))
        let weights = try builder.constant("k", try #require(WeightTensor(shape: kernel, zeros)))
        let biases = try builder.constant("b", try self.zeros(bias))
        _ = try builder.conv2D(
          picture, kernel: weights, bias: biases, options: Conv2DOptions(padding: .valid), name: "stem")
      }
      #expect(message.contains("the layer stem cannot be built") && message.contains("[1, 8, 8, 3]"))
    }
    #expect(
      refusal { builder in
        let a = try builder.input("a", shape: [1, 4, 4, 3])
        let b = try builder.input("b", shape: [1, 4, 4, 2])
        _ = try builder.add(a, b, name: "sum")
      }.contains("the layer sum"))
    #expect(
      refusal { builder in
        let a = try builder.input("a", shape: [1, 4])
        _ = try builder.reshape(a, to: [1, 5], name: "flat", shapeName: "shape")
      }.contains("the layer flat"))
    #expect(
      refusal { builder in
        let a = try builder.input("a", shape: [1, 4])
        _ = try builder.mean(a, axes: [2], name: "mean")
      }.contains("the layer mean"))
    #expect(
      refusal { builder in
        let a = try builder.input("a", shape: [1, 4])
        let weights = try builder.constant("w", try self.zeros(2, 5))
        _ = try builder.fullyConnected(
          a, weights: weights, bias: try builder.constant("b", try self.zeros(2)), name: "fc")
      }.contains("the layer fc"))
  }

  @Test("Invalid shapes and constants of the wrong size are refused")
  func tensors() {
    for shape in [[0], [-1, 3], [.max, .max, .max]] as [[Int32]] {
      #expect(refusal { _ = try $0.input("picture", shape: shape) }.contains("picture"))
    }
    #expect(
      refusal { _ = try $0.constant("w", shape: [3], encoding: .float32, contents: [1, 2]) }.contains(#""w" holds 2"#))
    #expect(refusal { _ = try $0.tensor(3) }.contains("number 3"))
  }

  @Test("A quantised layer without the encoding of its output is refused")
  func encodings() {
    let bytes = ElementEncoding.uint8(scale: 0.5, zeroPoint: 3)
    #expect(
      refusal { builder in
        let a = try builder.input("a", shape: [1, 4], encoding: bytes)
        _ = try builder.softmax(a, name: "scores")
      }.contains("the layer scores cannot be built: its input is UINT8"))
    #expect(
      refusal { builder in
        let a = try builder.input("a", shape: [1, 4])
        _ = try builder.dequantize(a, name: "real")
      }.contains("real"))
    #expect(
      refusal { builder in
        let a = try builder.input("a", shape: [1, 4])
        _ = try builder.quantize(a, to: .float32, name: "whole")
      }.contains("whole"))
  }

  @Test("Pooling and reshaping keep the encoding")
  func keptEncodings() throws {
    var builder = GraphBuilder()
    let encoding = ElementEncoding.int8(scale: 0.25, zeroPoint: -7)
    let picture = try builder.input("picture", shape: [1, 4, 4, 2], encoding: encoding)
    let pooled = try builder.averagePool(
      picture, options: Pool2DOptions(padding: .valid, filterWidth: 4, filterHeight: 4), name: "pool")
    #expect(pooled.shape == [1, 1, 1, 2])
    let flat = try builder.reshape(pooled, to: [1, 2], name: "flat", shapeName: "shape")
    let model = builder.finish(with: flat)
    let graph = try #require(model.mainSubgraph)
    for tensor in [pooled, flat] {
      let stored = try #require(graph.tensor(tensor.index))
      #expect(try ElementEncoding(of: stored, label: "x") == encoding)
    }
    #expect(model.operatorCodes.map(\.version) == [2, 1])
    #expect(model.signatureDefs.isEmpty)
  }

  @Test("A signature names the inputs and the output")
  func signature() throws {
    var builder = GraphBuilder()
    let a = try builder.input("a", shape: [1, 4])
    let model = builder.finish(with: try builder.softmax(a, name: "scores"), signature: "serving_default")
    let file = try Model(bytes: Bytes(model.serialized().bytes()))
    #expect(file.signatureDefs.map(\.signatureKey) == ["serving_default"])
    #expect(file.signatureDefs[0].inputs.map(\.name) == ["a"])
    #expect(file.signatureDefs[0].outputs.map(\.name) == ["scores"])
    try file.checkRunnable()
  }
}

@Suite("Elementwise layers and reductions")
struct ElementwiseLayersTests {
  @Test(
    "Each layer computes its definition",
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

  @Test("Mismatched shapes and unsupported types are refused, and the error names the layer")
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
    #expect(throws: SurgeryError.cannotBuild(layer: "root", because: "its input is UINT8 instead of float")) {
      try builder.sqrt(bytes, name: "root")
    }
  }
}
