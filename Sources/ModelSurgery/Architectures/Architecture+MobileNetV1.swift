import TFLite

extension Architecture {
  /// MobileNet v1: a convolution and thirteen pairs of a depthwise and a pointwise one, 4.2 million weights at full width.
  ///
  /// Howard et al., "MobileNets" (2017), as TensorFlow's slim has it and with its names: `Conv2d_0`, `Conv2d_1_depthwise`,
  /// `Conv2d_1_pointwise` and so on, each with a `BatchNorm`. Coral's models are of it.
  ///
  /// - Parameters:
  ///   - multiplier: By what the number of channels is multiplied, 1 or less; none has fewer than 8.
  ///   - side: The width and the height of the pictures, a multiple of 32; 128 to 224 in the published ones.
  ///   - classes: How many classes the published head has: 1001, the first of which is the background.
  public static func mobileNetV1(multiplier: Double = 1, side: Int32 = 224, classes: Int = 1001) -> Architecture {
    func channels(_ full: Int) -> Int { max(8, Int(Double(full) * multiplier)) }
    func normalization(_ name: String) -> String { name + ".BatchNorm" }
    var layers: [Layer] = [
      .convolution(
        name: "Conv2d_0", weights: "Conv2d_0", normalization: normalization("Conv2d_0"), outputs: channels(32),
        window: 3, stride: 2, activation: .relu6)
    ]
    for (place, pair) in pairs.enumerated() {
      let (depthwise, pointwise) = ("Conv2d_\(place + 1)_depthwise", "Conv2d_\(place + 1)_pointwise")
      layers += [
        .depthwise(
          name: depthwise, weights: depthwise, normalization: normalization(depthwise), window: 3, stride: pair.stride,
          activation: .relu6),
        .convolution(
          name: pointwise, weights: pointwise, normalization: normalization(pointwise), outputs: channels(pair.outputs),
          window: 1, activation: .relu6),
      ]
    }
    layers += [
      .mean(name: "embedding"), .fullyConnected(name: "logits", weights: "Logits", outputs: classes),
      .softmax(name: "scores"),
    ]
    let width = multiplier == 1 ? "1.0" : "\(multiplier)"
    return Architecture(
      name: "mobilenet-v1-\(width)", side: side, mean: 128, deviation: 128, epsilon: 1e-3, layers: layers)
  }

  private static let pairs: [(stride: Int32, outputs: Int)] =
    [(1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512)] + Array(repeating: (1, 512), count: 5)
    + [(2, 1024), (1, 1024)]
}
