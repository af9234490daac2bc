import ModelSurgery
import TFLite
import TestMaterial
import Testing

/// A small network with slim's names, and weights for it in slim's own orders of dimensions.
enum SlimNetwork {
  static let architecture = Architecture(
    name: "small-slim", side: 8, mean: 128, deviation: 128, epsilon: 1e-3,
    layers: [
      .convolution(
        name: "c0", weights: "Conv2d_0", normalization: "Conv2d_0.BatchNorm", outputs: 4, window: 3, stride: 2,
        activation: .relu6),
      .depthwise(
        name: "d1", weights: "Conv2d_1_depthwise", normalization: "Conv2d_1_depthwise.BatchNorm", window: 3,
        activation: .relu6),
      .convolution(
        name: "c1", weights: "Conv2d_1_pointwise", normalization: "Conv2d_1_pointwise.BatchNorm", outputs: 6, window: 1,
        activation: .relu6),
      .mean(name: "embedding"), .fullyConnected(name: "logits", weights: "Logits", outputs: 3),
      .softmax(name: "scores"),
    ])

  /// Returns the name, the shape and the values of each tensor, under a prefix such as `MobilenetV1/`. The values count up
  /// through the file, so that no two are equal.
  static func tensors(under prefix: String) -> [(name: String, shape: [Int], numbers: [Float])] {
    let normalizations = ["Conv2d_0": 4, "Conv2d_1_depthwise": 4, "Conv2d_1_pointwise": 6].sorted { $0.key < $1.key }
    var shapes: [(name: String, shape: [Int])] = [
      ("Conv2d_0/weights", [3, 3, 3, 4]), ("Conv2d_1_depthwise/depthwise_weights", [3, 3, 4, 1]),
      ("Conv2d_1_pointwise/weights", [1, 1, 4, 6]), ("Logits/Conv2d_1c_1x1/weights", [1, 1, 6, 3]),
      ("Logits/Conv2d_1c_1x1/biases", [3]),
    ]
    for (name, channels) in normalizations {
      for part in ["gamma", "beta", "moving_mean", "moving_variance"] {
        shapes.append(("\(name)/BatchNorm/\(part)", [channels]))
      }
    }
    var next: Float = 0
    return shapes.map { name, shape in
      let numbers = (0..<shape.reduce(1, *)).map { next + Float($0) }
      next += Float(numbers.count)
      return (prefix + name, shape, numbers)
    }
  }

  /// Returns the weights that are read from a checkpoint of some tensors.
  static func weights(_ tensors: [(name: String, shape: [Int], numbers: [Float])]) throws -> NamedWeights {
    var writer = BundleWriter()
    for (name, shape, numbers) in tensors { writer.add(name, shape, numbers) }
    let (index, data) = writer.files()
    return try NamedWeights(index: Bytes(index), shards: [Bytes(data)])
  }
}
