public import Foundation
public import ModelSurgery
import TFLite

/// The variables of a small network as Coral's `mobilenet_v1_l2norm_train.py` saves them: MobileNet v1 of TF-Slim with a
/// projection, an L2-normalised head, and fake quantisation.
public struct CoralVariables: Sendable {
  /// The variables: the name, the shape in TensorFlow's order, and the values.
  public var variables: [(name: String, shape: [Int], values: [Float])]

  public static let architecture = Architecture.mobileNetV1(multiplier: 0.25)
  public static let projection = "MobilenetV1/Logits/Conv2d_1c_1x1_negative"
  public static let rows = "MobilenetV1/Logits/Conv2d_1d_1x1_normalize"
  public static let scale = "MobilenetV1/Logits/scale_factor"
  /// The number of outputs of the projection.
  public static let dimension = 24

  /// Creates variables with random weights.
  ///
  /// - Parameters:
  ///   - classes: The number of classes.
  ///   - isQuantized: Whether there are variables of fake quantisation.
  public init(classes: Int = 3, isQuantized: Bool = true) {
    variables = [("global_step", [], [1000])]
    var generator = SeededGenerator(seed: 7)
    func numbers(_ count: Int, _ range: ClosedRange<Float>) -> [Float] {
      (0..<count).map { _ in Float.random(in: range, using: &generator) }
    }
    for (name, shape) in Self.architecture.base.weights {
      let count = shape.reduce(1, *)
      if shape.count == 4 {
        // Rows, columns, inputs, outputs; of a depthwise layer rows, columns, channels, 1.
        let isDepthwise = name.contains("depthwise")
        let reach = (6 / Float(shape.dropFirst().reduce(1, *))).squareRoot()
        variables.append(
          (
            Self.slim(name), isDepthwise ? [3, 3, shape[0], 1] : [shape[2], shape[3], shape[1], shape[0]],
            numbers(count, -reach...reach)
          ))
      } else {
        let isSmall = name.hasSuffix(".bias") || name.hasSuffix("mean")
        variables.append((Self.slim(name), shape, numbers(count, isSmall ? -0.2...0.2 : 0.8...1.2)))
      }
    }
    let inputs = Self.architecture.base.outputs
    variables += [
      (Self.projection + "/weights", [1, 1, inputs, Self.dimension], numbers(inputs * Self.dimension, -0.2...0.2)),
      (Self.projection + "/biases", [Self.dimension], numbers(Self.dimension, -0.2...0.2)),
      (Self.rows + "/weights", [1, 1, Self.dimension, classes], numbers(Self.dimension * classes, -0.5...0.5)),
      (Self.rows + "/biases", [classes], Array(repeating: 0, count: classes)), (Self.scale, [], [12.5]),
    ]
    guard isQuantized else { return }
    for layer in Self.architecture.base.layerNames where layer != "embedding" {
      addRange(of: "MobilenetV1/MobilenetV1/" + layer, 0, 6)
    }
    addRange(of: Self.projection, -4, 4)
    addRange(of: Self.rows, -1, 1)
  }

  private mutating func addRange(of layer: String, _ lower: Float, _ upper: Float) {
    variables += [
      (layer + "/weights_quant/min", [], [-1]), (layer + "/weights_quant/max", [], [1]),
      (layer + "/act_quant/min", [], [lower]), (layer + "/act_quant/max", [], [upper]),
      (layer + "/act_quant/\(layer)/act_quant/max/biased", [], [upper]),
    ]
  }

  /// Changes the values of a variable, or removes it.
  public mutating func set(_ name: String, to values: [Float]?) {
    guard let place = variables.firstIndex(where: { $0.name == name }) else { return }
    if let values { variables[place].values = values } else { variables.remove(at: place) }
  }

  /// Returns the weights that are read from a checkpoint of the variables.
  public func weights() throws -> NamedWeights {
    let (index, data) = writer.files()
    return try NamedWeights(index: Bytes(index), shards: [Bytes(data)])
  }

  /// Writes the files of a checkpoint.
  ///
  /// - Parameter prefix: The path without the endings of the files.
  public func write(to prefix: URL) throws { try writer.write(to: prefix) }

  private var writer: BundleWriter {
    var writer = BundleWriter()
    for (name, shape, values) in variables { writer.add(name, shape, values) }
    return writer
  }

  /// Returns Slim's name of a weight of the base.
  private static func slim(_ name: String) -> String {
    var parts = name.split(separator: ".").map(String.init)
    let last = parts.removeLast()
    let parameters = [
      "weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance",
    ]
    let isNormalization = parts.count == 2
    parts.append(
      isNormalization ? parameters[last] ?? last : parts[0].hasSuffix("depthwise") ? "depthwise_weights" : "weights")
    return "MobilenetV1/" + parts.joined(separator: "/")
  }
}
