import ModelSurgery
import TestMaterial

/// A network with every kind of layer that is quick to run, and weights for it that are the same in every run.
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

  /// Weights from −1 to 1, variances from 0 to 2.
  static func weights() -> [(name: String, tensor: WeightTensor)] {
    var generator = SeededGenerator(seed: 3)
    return architecture.weights.compactMap { name, shape in
      let range: ClosedRange<Float> = name.hasSuffix("running_var") ? 0...2 : -1...1
      let elements = (0..<shape.reduce(1, *)).map { _ in Float.random(in: range, using: &generator) }
      return WeightTensor(shape: shape, elements).map { (name, $0) }
    }
  }
}
