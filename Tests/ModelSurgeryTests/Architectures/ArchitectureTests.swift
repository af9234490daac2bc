import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Architectures")
struct ArchitectureTests {
  @Test(
    "Weight counts and picture sizes match the published ones",
    arguments: [
      ("efficientnet-lite0", 4_652_008, 224), ("efficientnet-lite1", 5_416_680, 240),
      ("efficientnet-lite2", 6_092_072, 260), ("mobilenet-v1-1.0", 4_233_001, 224),
      ("mobilenet-v1-0.75", 2_586_329, 224), ("mobilenet-v1-0.5", 1_332_105, 224), ("mobilenet-v1-0.25", 470_329, 224),
    ] as [(String, Int, Int32)])
  func published(name: String, count: Int, side: Int32) throws {
    let architecture = try #require(Architecture(name: name))
    // The running statistics of a normalisation do not count as weights.
    let learnt = architecture.weights.filter { !$0.name.contains("running_") }
    let sizes: [Int] = learnt.map { $0.shape.reduce(1, *) }
    #expect(sizes.reduce(0, +) == count)
    #expect(Set(architecture.weights.map(\.name)).count == architecture.weights.count)
    #expect(architecture.side == side)
  }

  @Test("An unknown name gives no architecture")
  func unknown() {
    #expect(Architecture(name: "resnet") == nil)
  }

  private func refusal(_ change: (inout [(name: String, tensor: WeightTensor)]) throws -> Void) throws -> String {
    var weights = SmallNetwork.weights()
    try change(&weights)
    let error = #expect(throws: ConversionError.self) {
      try SmallNetwork.architecture.model(weights: NamedWeights(weights))
    }
    return error.map { "\($0)" } ?? ""
  }

  @Test("An error names missing weights, extra weights and weights of the wrong shape")
  func mismatches() throws {
    let missing = try refusal { $0.removeAll { $0.name.hasPrefix("bn1.") || $0.name == "fc.bias" } }
    #expect(missing.contains("small: they lack bn1.weight, bn1.bias, bn1.running_mean, bn1.running_var, fc.bias;"))
    let extra = try refusal { weights in
      weights += [("fc2.bias", weights[0].tensor), ("fc.num_batches_tracked", weights[0].tensor)]
    }
    #expect(extra.contains("they have the extra tensors fc2.bias, fc.num_batches_tracked;"))
    let both = try refusal { $0[0].name = "stem.kernel" }
    #expect(both.contains("they lack stem.weight; they have the extra tensors stem.kernel;"))
    let all = try refusal { $0 = [] }
    #expect(all.contains("and 17 more"))
    let shape = try refusal { weights in
      weights[0].tensor = try #require(WeightTensor(shape: [4, 3, 9], weights[0].tensor.elements))
    }
    #expect(shape.contains(#""stem.weight" has the shape [4, 3, 9], where the network has [4, 3, 3, 3]"#))
  }

  @Test("The batch counter of a normalisation is optional")
  func counters() throws {
    let counter = try #require(WeightTensor(shape: [], [40]))
    let weights = SmallNetwork.weights() + [("bn0.num_batches_tracked", counter)]
    let model = try SmallNetwork.architecture.model(weights: NamedWeights(weights))
    try model.checkRunnable()
  }

  @Test("Infinite weights and NaN are refused", arguments: [Float.nan, .infinity, -.infinity])
  func numbers(number: Float) throws {
    for name in ["stem.weight", "bn1.running_mean", "fc.bias"] {
      let message = try refusal { weights in
        let index = try #require(weights.firstIndex { $0.name == name })
        var elements = weights[index].tensor.elements
        elements[1] = number
        weights[index].tensor = try #require(WeightTensor(shape: weights[index].tensor.shape, elements))
      }
      #expect(message.contains("\"\(name)\" cannot be used: its element 1 is \(number)"))
    }
  }

  @Test("Weights that overflow when folded are refused")
  func folding() throws {
    /// Returns the error for tensors that begin with other numbers.
    func refusal(_ numbers: [String: Float]) throws -> String {
      try self.refusal { weights in
        for (name, number) in numbers {
          let index = try #require(weights.firstIndex { $0.name == name })
          let elements = [number] + weights[index].tensor.elements.dropFirst()
          weights[index].tensor = try #require(WeightTensor(shape: weights[index].tensor.shape, elements))
        }
      }
    }
    let variance = try refusal(["bn2.running_var": -1])
    #expect(variance.contains(#""bn2.running_var" cannot be used: its element 0 is -1.0"#), "\(variance)")
    let small = ["bn1.running_var": Float(0), "bn1.weight": 1]
    let bias = try refusal(small.merging(["bn1.running_mean": .greatestFiniteMagnitude]) { $1 })
    #expect(bias.contains(#""bn1.weight" cannot be used: its element 0, 1.0, makes"#), "\(bias)")
    let kernel = try refusal(small.merging(["deep.weight": .greatestFiniteMagnitude]) { $1 })
    #expect(kernel.contains(#""deep.weight" cannot be used: its product"#), "\(kernel)")
  }
}

@Suite("Converted networks in LiteRT", .enabled(if: Python.isPresent, Comment(rawValue: Python.need)))
struct ConvertedNetworkTests {
  /// The same network, step by step and without folding.
  private static let script = """
    import json, sys
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    w = {k: np.array(v["e"]).reshape(v["s"]) for k, v in json.load(open(sys.argv[1])).items()}
    picture = np.arange(9 * 9 * 3).reshape(9, 9, 3) * 37 % 256

    def convolve(x, kernel, stride, groups=1):
        outputs, depth, size, _ = kernel.shape
        count = [-(-n // stride) for n in x.shape[:2]]
        total = [max(0, (c - 1) * stride + size - n) for c, n in zip(count, x.shape)]
        x = np.pad(x, [(t // 2, t - t // 2) for t in total] + [(0, 0)])
        y = np.zeros(count + [outputs])
        for r in range(count[0]):
            for c in range(count[1]):
                part = x[r * stride:r * stride + size, c * stride:c * stride + size]
                for o in range(outputs):
                    channels = part if groups == 1 else part[:, :, o:o + 1]
                    y[r, c, o] = (channels * kernel[o].transpose(1, 2, 0)).sum()
        return y

    def norm(x, name):
        mean, variance = w[name + ".running_mean"], w[name + ".running_var"]
        return (x - mean) / np.sqrt(variance + 1e-3) * w[name + ".weight"] + w[name + ".bias"]

    relu6 = lambda x: np.clip(x, 0, 6)
    x = (picture - 127) / 128
    x = relu6(norm(convolve(x, w["stem.weight"], 2), "bn0"))
    y = relu6(norm(convolve(x, w["deep.weight"], 1, 4), "bn1"))
    x = x + norm(convolve(y, w["flat.weight"], 1), "bn2")
    x = norm(convolve(x, w["down.weight"], 2, 4), "bn3").mean((0, 1))
    x = np.exp(w["fc.weight"] @ x + w["fc.bias"])

    run = Interpreter(sys.argv[2]).get_signature_runner("serving_default")
    scores = run(image=((picture - 127.5) / 127.5).astype(np.float32)[None])["scores"][0]
    print(json.dumps([scores.tolist(), (x / x.sum()).tolist()]))
    """

  @Test("The scores equal those of an unfolded network, including padding and normalisation")
  func scores() throws {
    struct Stored: Encodable { let s: [Int], e: [Float] }
    let weights = SmallNetwork.weights()
    let folder = try TemporaryFolder()
    let stored = weights.map { ($0.name, Stored(s: $0.tensor.shape, e: $0.tensor.elements)) }
    try JSONEncoder().encode(Dictionary(uniqueKeysWithValues: stored)).write(to: folder.appending("weights.json"))
    let model = try SmallNetwork.architecture.model(weights: NamedWeights(weights))
    try model.serialized().write(to: folder.appending("small.tflite"))
    let printed = try Python.run(
      Self.script, [folder.appending("weights.json").path, folder.appending("small.tflite").path])
    let rows = try JSONDecoder().decode([[Double]].self, from: Data(printed.utf8))
    try #require(rows.count == 2 && rows[0].count == 3)
    for (one, other) in zip(rows[0], rows[1]) { #expect(abs(one - other) < 1e-5, "\(rows)") }
    #expect(rows[0].allSatisfy { $0 > 0.01 })
  }
}

/// A small network with every kind of layer, and weights that are the same in every run.
enum SmallNetwork {
  static let architecture = Architecture(
    name: "small", side: 9, mean: 127, deviation: 128, epsilon: 1e-3,
    layers: [
      .convolution(
        name: "stem", weights: "stem", normalization: "bn0", outputs: 4, window: 3, stride: 2, activation: .relu6),
      .residual(
        name: "sum",
        [
          .depthwise(name: "deep", weights: "deep", normalization: "bn1", window: 5, activation: .relu6),
          .convolution(name: "flat", weights: "flat", normalization: "bn2", outputs: 4, window: 1),
        ]),
      .depthwise(name: "down", weights: "down", normalization: "bn3", window: 3, stride: 2),
      .mean(name: "embedding"), .fullyConnected(name: "logits", weights: "fc", outputs: 3), .softmax(name: "scores"),
    ])

  /// Returns weights from −1 to 1, and variances from 0 to 2.
  static func weights() -> [(name: String, tensor: WeightTensor)] {
    var generator = SeededGenerator(seed: 3)
    return architecture.weights.compactMap { name, shape in
      let range: ClosedRange<Float> = name.hasSuffix("running_var") ? 0...2 : -1...1
      let elements = (0..<shape.reduce(1, *)).map { _ in Float.random(in: range, using: &generator) }
      return WeightTensor(shape: shape, elements).map { (name, $0) }
    }
  }
}
