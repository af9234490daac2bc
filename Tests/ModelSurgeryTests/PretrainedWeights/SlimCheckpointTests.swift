import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Pretrained weights from TensorFlow-Slim")
struct SlimCheckpointTests {
  /// Returns a tensor's element at an index.
  private func element(_ shape: [Int], _ numbers: [Float], _ place: [Int]) -> Float {
    numbers[zip(shape, place).reduce(0) { $0 * $1.0 + $1.1 }]
  }

  @Test(
    "Every weight is found, with its dimensions reordered",
    arguments: ["MobilenetV1/", "FeatureExtractor/MobilenetV1/"])
  func places(prefix: String) throws {
    let tensors = SlimNetwork.tensors(under: prefix)
    let pretrained = try PretrainedWeights(SlimNetwork.weights(tensors), for: SlimNetwork.architecture)
    #expect(!pretrained.isFolded)
    #expect(Set(pretrained.weights.names) == Set(SlimNetwork.architecture.base.weights.map(\.name)))
    let source = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, ($0.shape, $0.numbers)) })
    let kernel = try #require(pretrained.weights["Conv2d_0.weight"])
    let (shape, numbers) = try #require(source[prefix + "Conv2d_0/weights"])
    let deep = try #require(pretrained.weights["Conv2d_1_depthwise.weight"])
    let (deepShape, deepNumbers) = try #require(source[prefix + "Conv2d_1_depthwise/depthwise_weights"])
    #expect(kernel.shape == [4, 3, 3, 3] && deep.shape == [4, 1, 3, 3])
    for row in 0..<3 {
      for column in 0..<3 {
        for output in 0..<4 {
          for input in 0..<3 {
            let found = element(kernel.shape, kernel.elements, [output, input, row, column])
            #expect(found == element(shape, numbers, [row, column, input, output]))
          }
          let found = element(deep.shape, deep.elements, [output, 0, row, column])
          #expect(found == element(deepShape, deepNumbers, [row, column, output, 0]))
        }
      }
    }
    for (name, part) in [
      ("weight", "gamma"), ("bias", "beta"), ("running_mean", "moving_mean"), ("running_var", "moving_variance"),
    ] {
      let found = pretrained.weights["Conv2d_1_pointwise.BatchNorm.\(name)"]?.elements
      #expect(found == source[prefix + "Conv2d_1_pointwise/BatchNorm/\(part)"]?.1)
    }
    let head = try #require(pretrained.head)
    #expect(head.weights.shape == [3, 6] && !head.isNormalized)
    let logits = try #require(source[prefix + "Logits/Conv2d_1c_1x1/weights"]?.1)
    let rows: [Float] = (0..<18).map { (place: Int) -> Float in
      let (row, column) = (place / 6, place % 6)
      return logits[column * 3 + row]
    }
    #expect(head.weights.elements == rows)
    #expect(head.biases.elements == source[prefix + "Logits/Conv2d_1c_1x1/biases"]?.1)
  }

  @Test("Moving averages are preferred, and an optimiser's tensors ignored")
  func averages() throws {
    let plain = SlimNetwork.tensors(under: "MobilenetV1/")
    let averaged = plain.map { ($0.name + "/ExponentialMovingAverage", $0.shape, $0.numbers.map { $0 + 1000 }) }
    let slots = plain.map { ($0.name + "/RMSProp_1", $0.shape, $0.numbers.map { $0 - 1000 }) }
    let alone = try SlimNetwork.weights(plain).named(for: SlimNetwork.architecture)
    // Normalisation statistics are averages already, so TensorFlow stores no average of them.
    let some = averaged.filter { !$0.0.contains("moving_") }
    let weights = try SlimNetwork.weights(plain + some + slots + [("global_step", [], [7])])
    let named = weights.named(for: SlimNetwork.architecture)
    #expect(Set(named.names) == Set(SlimNetwork.architecture.weights.map(\.name)))
    for name in named.names {
      let shift: Float = name.contains("running_") ? 0 : 1000
      let expected = try #require(alone[name]).elements.map { $0 + shift }
      #expect(named[name]?.elements == expected, "\(name)")
    }
    let only = try SlimNetwork.weights(averaged).named(for: SlimNetwork.architecture)
    #expect(only.names == named.names)
  }

  @Test("A head with a missing part is ignored")
  func headless() throws {
    let some = SlimNetwork.tensors(under: "MobilenetV1/").filter { !$0.name.hasSuffix("biases") }
    #expect(try PretrainedWeights(SlimNetwork.weights(some), for: SlimNetwork.architecture).head == nil)
  }

  @Test("An error names the missing weights or, for another width, the network that fits")
  func mismatches() throws {
    let tensors = SlimNetwork.tensors(under: "MobilenetV1/")
    let some = tensors.filter { !$0.name.hasSuffix("gamma") }
    let message = try #require(
      #expect(throws: PretrainedWeightsError.self) {
        try PretrainedWeights(SlimNetwork.weights(some), for: SlimNetwork.architecture)
      })
    #expect(
      "\(message)".contains(
        "small-slim: they lack Conv2d_0.BatchNorm.weight, Conv2d_1_depthwise.BatchNorm.weight, "
          + "Conv2d_1_pointwise.BatchNorm.weight; check"), "\(message)")
    let narrow = try Architecture.mobileNetV1(multiplier: 0.5).base.weights.map { name, shape in
      let isDepthwise = shape.count == 4 && shape[1] == 1
      let order = shape.count < 4 ? [0] : isDepthwise ? [2, 3, 0, 1] : [2, 3, 1, 0]
      let theirs = order.map { shape[$0] }
      let zeros = Bytes(Array(repeating: 0, count: 4 * theirs.reduce(1, *)))
      return (SlimNetwork.name(of: name), try #require(WeightTensor(shape: theirs, data: zeros)))
    }
    let other = try #require(
      #expect(throws: PretrainedWeightsError.self) {
        try PretrainedWeights(NamedWeights(narrow), for: .mobileNetV1())
      })
    #expect("\(other)".contains("these are not the weights of mobilenet-v1-1.0: they have another shape in"))
    #expect("\(other)".contains("Conv2d_0.weight ([16, 3, 3, 3], not [32, 3, 3, 3])"))
    #expect("\(other)".contains("and 131 more; they are those of mobilenet-v1-0.5"), "\(other)")
    let pretrained = try PretrainedWeights(NamedWeights(narrow), for: .mobileNetV1(multiplier: 0.5))
    #expect(pretrained.head == nil)
  }
}

extension SlimNetwork {
  /// Returns slim's name of a weight of MobileNet v1.
  static func name(of name: String) -> String {
    var parts = name.split(separator: ".").map(String.init)
    let parameters = [
      "weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance",
    ]
    let last = parts.removeLast()
    parts.append(
      parts.count == 2
        ? parameters[last] ?? last : parts[0].hasSuffix("depthwise") ? "depthwise_weights" : "weights")
    return "MobilenetV1/" + parts.joined(separator: "/")
  }
}
