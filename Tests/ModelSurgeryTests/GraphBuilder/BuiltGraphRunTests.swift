import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Built graphs in LiteRT", .enabled(if: Python.isPresent, Comment(rawValue: Python.need)))
struct BuiltGraphRunTests {
  private func constant(_ shape: [Int], _ elements: [Float]) throws -> WeightTensor {
    try #require(WeightTensor(shape: shape, elements))
  }

  private func zeros(_ shape: [Int]) throws -> WeightTensor {
    try constant(shape, Array(repeating: 0, count: shape.reduce(1, *)))
  }

  private func write(_ model: Model, _ folder: TemporaryFolder, _ name: String) throws {
    try model.serialized().write(to: folder.appending(name + ".tflite"))
  }

  @Test("The runtime infers the same shapes for every padding, stride, window and size")
  func shapes() throws {
    let folder = try TemporaryFolder()
    var expected: [String: [Int32]] = [:]
    for (number, padding) in [Padding.same, .valid].enumerated() {
      for size in [5, 6, 9] as [Int32] {
        for window in [1, 2, 3, 5] as [Int32] {
          for stride in [1, 2, 3] as [Int32] {
            let name = "\(number)-\(size)-\(window)-\(stride)"
            var builder = GraphBuilder()
            let picture = try builder.input("picture", shape: [1, size, size + 1, 2])
            let kernel = try builder.constant("k", try zeros([3, Int(window), Int(window), 2]))
            let bias = try builder.constant("b", try zeros([3]))
            let full = try builder.conv2D(
              picture, kernel: kernel, bias: bias,
              options: Conv2DOptions(padding: padding, strideWidth: stride, strideHeight: stride), name: "full")
            let deep = try builder.constant("d", try zeros([1, Int(window), Int(window), 4]))
            let deepBias = try builder.constant("e", try zeros([4]))
            let depthwise = try builder.depthwiseConv2D(
              picture, kernel: deep, bias: deepBias,
              options: DepthwiseConv2DOptions(
                padding: padding, strideWidth: stride, strideHeight: stride, depthMultiplier: 2), name: "depthwise")
            let pooled = try builder.averagePool(
              picture,
              options: Pool2DOptions(
                padding: padding, strideWidth: stride, strideHeight: stride, filterWidth: window, filterHeight: window),
              name: "pooled")
            for tensor in [("full", full), ("depthwise", depthwise), ("pooled", pooled)] {
              try write(builder.finish(with: tensor.1).cut(at: tensor.1.index), folder, name + tensor.0)
              expected[name + tensor.0] = tensor.1.shape
            }
          }
        }
      }
    }
    let script = """
      import glob, json, os, sys
      from ai_edge_litert.interpreter import Interpreter
      shapes = {}
      for path in glob.glob(sys.argv[1] + "/*.tflite"):
          model = Interpreter(path)
          model.allocate_tensors()
          model.invoke()
          shapes[os.path.basename(path)[:-7]] = list(model.get_tensor(model.get_output_details()[0]["index"]).shape)
      print(json.dumps(shapes))
      """
    let found = try JSONDecoder().decode(
      [String: [Int32]].self, from: Data(try Python.run(script, [folder.url.path]).utf8))
    #expect(expected.count == 216)
    #expect(found == expected)
  }

  @Test("Every layer computes its definition")
  func values() throws {
    var builder = GraphBuilder()
    let picture = try builder.input("picture", shape: [1, 2, 2, 2])
    let kernel = try builder.constant("kernel", try constant([2, 1, 1, 2], [1, 0, 0, 2]))
    let bias = try builder.constant("bias", try constant([2], [0.5, -1]))
    // Twice the second channel minus 1, the first plus a half, both limited to 6.
    let scaled = try builder.conv2D(
      picture, kernel: kernel, bias: bias, options: Conv2DOptions(activation: .relu6), name: "scaled")
    let sums = try builder.constant("sums", try constant([1, 2, 2, 2], [1, 1, 1, 1, 1, 1, 1, 1]))
    let noBias = try builder.constant("noBias", try zeros([2]))
    let summed = try builder.depthwiseConv2D(
      scaled, kernel: sums, bias: noBias, options: DepthwiseConv2DOptions(padding: .valid), name: "summed")
    let pooled = try builder.averagePool(
      scaled, options: Pool2DOptions(padding: .valid, filterWidth: 2, filterHeight: 2), name: "pooled")
    let added = try builder.add(summed, pooled, name: "added")
    let factor = try builder.constant("factor", try constant([1], [0.1]))
    let product = try builder.mul(added, factor, name: "product")
    let mean = try builder.mean(product, axes: [1, 2], name: "mean")
    let unit = try builder.l2Normalize(mean, name: "unit")
    let bytes = try builder.quantize(unit, to: .int8(scale: 1 / 128, zeroPoint: 0), name: "bytes")
    let back = try builder.dequantize(bytes, name: "back")
    let weights = try builder.constant("weights", try constant([3, 2], [1, 0, 0, 1, 1, 1]))
    let offsets = try builder.constant("offsets", try constant([3], [0, 0.25, 0]))
    let logits = try builder.fullyConnected(back, weights: weights, bias: offsets, name: "logits")
    let scores = try builder.softmax(logits, beta: 2, name: "scores")
    #expect(scores.shape == [1, 3])
    let folder = try TemporaryFolder()
    let model = builder.finish(with: scores, signature: "serving_default")
    try model.checkRunnable()
    try write(model, folder, "all")

    let script = """
      import json, sys
      import numpy as np
      from ai_edge_litert.interpreter import Interpreter
      model = Interpreter(sys.argv[1])
      run = model.get_signature_runner("serving_default")
      print(json.dumps(run(picture=np.arange(8, dtype=np.float32).reshape(1, 2, 2, 2))["scores"].ravel().tolist()))
      """
    let found = try JSONDecoder().decode(
      [Float].self, from: Data(try Python.run(script, [folder.appending("all.tflite").path]).utf8))
    // The channels after the convolution: 0.5, 2.5, 4.5, 6 and 1, 5, 6, 6.
    let vector = [(13.5 + 13.5 / 4) * 0.1, (18.0 + 18.0 / 4) * 0.1] as [Float]
    let norm = (vector[0] * vector[0] + vector[1] * vector[1]).squareRoot()
    let rounded = vector.map { ($0 / norm * 128).rounded() / 128 }
    let powers = [rounded[0], rounded[1] + 0.25, rounded[0] + rounded[1]].map { exp(2 * $0) }
    let expected = powers.map { $0 / powers.reduce(0, +) }
    #expect(found.count == 3)
    for (one, other) in zip(found, expected) { #expect(abs(one - other) < 1e-5, "\(found) \(expected)") }
  }
}
