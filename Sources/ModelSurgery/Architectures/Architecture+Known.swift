import TFLite

extension Architecture {
  /// EfficientNet-Lite0: 4.7 million weights, pictures of 224 by 224.
  public static let efficientNetLite0 = efficientNetLite(number: 0, width: 1, depth: 1, side: 224)
  /// EfficientNet-Lite1: deeper than Lite0, pictures of 240 by 240.
  public static let efficientNetLite1 = efficientNetLite(number: 1, width: 1, depth: 1.1, side: 240)
  /// EfficientNet-Lite2: deeper and wider than Lite0, pictures of 260 by 260.
  public static let efficientNetLite2 = efficientNetLite(number: 2, width: 1.1, depth: 1.2, side: 260)

  /// A stage of equal blocks, as in Lite0.
  private struct Stage {
    let repeats, window: Int
    let stride: Int32
    let expansion, outputs: Int

    init(_ repeats: Int, _ window: Int, _ stride: Int32, _ expansion: Int, _ outputs: Int) {
      self.repeats = repeats
      self.window = window
      self.stride = stride
      self.expansion = expansion
      self.outputs = outputs
    }
  }

  private static let stages = [
    Stage(1, 3, 1, 1, 16), Stage(2, 3, 2, 6, 24), Stage(2, 5, 2, 6, 40), Stage(3, 3, 2, 6, 80), Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192), Stage(1, 3, 1, 6, 320),
  ]

  /// Returns EfficientNet-Lite: Tan and Le, "EfficientNet" (2019), without squeeze-and-excite and with ReLU6. The stem,
  /// the head and the depth of the first and last stage do not grow with the network.
  private static func efficientNetLite(number: Int, width: Double, depth: Double, side: Int32) -> Architecture {
    var layers: [Layer] = [
      .convolution(
        name: "stem", weights: "_conv_stem", normalization: "_bn0", outputs: 32, window: 3, stride: 2,
        activation: .relu6)
    ]
    var channels = 32
    var block = 0
    for (place, stage) in stages.enumerated() {
      let isFixed = place == 0 || place == stages.count - 1
      let repeats = isFixed ? stage.repeats : Int((depth * Double(stage.repeats)).rounded(.up))
      let outputs = widened(stage.outputs, by: width)
      for turn in 0..<repeats {
        let stride = turn == 0 ? stage.stride : 1
        layers += bottleneck(
          number: block, inputs: channels, outputs: outputs, window: stage.window, stride: stride,
          expansion: stage.expansion)
        channels = outputs
        block += 1
      }
    }
    layers += [
      .convolution(
        name: "head", weights: "_conv_head", normalization: "_bn1", outputs: 1280, window: 1, activation: .relu6),
      .mean(name: "embedding"), .fullyConnected(name: "logits", weights: "_fc", outputs: 1000),
      .softmax(name: "scores"),
    ]
    return Architecture(
      name: "efficientnet-lite\(number)", side: side, mean: 127, deviation: 128, epsilon: 1e-3, layers: layers)
  }

  /// Returns an inverted bottleneck: expansion, depthwise convolution, projection; with a residual connection if the
  /// shape stays the same.
  private static func bottleneck(
    number: Int, inputs: Int, outputs: Int, window: Int, stride: Int32, expansion: Int
  ) -> [Layer] {
    let weights = "_blocks.\(number)."
    let name = "block\(number)"
    var layers: [Layer] = []
    if expansion != 1 {
      layers.append(
        .convolution(
          name: name + "/expand", weights: weights + "_expand_conv", normalization: weights + "_bn0",
          outputs: inputs * expansion, window: 1, activation: .relu6))
    }
    layers += [
      .depthwise(
        name: name + "/depthwise", weights: weights + "_depthwise_conv", normalization: weights + "_bn1",
        window: window, stride: stride, activation: .relu6),
      .convolution(
        name: name + "/project", weights: weights + "_project_conv", normalization: weights + "_bn2",
        outputs: outputs, window: 1),
    ]
    return stride == 1 && inputs == outputs ? [.residual(name: name + "/sum", layers)] : layers
  }

  /// Returns a number of channels scaled by a factor, rounded to the nearest multiple of 8 that is at least 90 % of it.
  private static func widened(_ channels: Int, by factor: Double) -> Int {
    let wanted = Double(channels) * factor
    let rounded = max(8, Int(wanted + 4) / 8 * 8)
    return Double(rounded) < 0.9 * wanted ? rounded + 8 : rounded
  }
}

extension Architecture {
  /// Returns MobileNet v1: a convolution and thirteen pairs of depthwise and pointwise convolutions, 4.2 million
  /// weights at full width.
  ///
  /// Howard et al., "MobileNets" (2017), with the layer names of TensorFlow's slim: `Conv2d_0`, `Conv2d_1_depthwise`,
  /// `Conv2d_1_pointwise` and so on, each with a `BatchNorm`. Coral's models use it.
  ///
  /// - Parameters:
  ///   - multiplier: The width multiplier, 1 or less; every layer has at least 8 channels.
  ///   - side: The width and height of the pictures, a multiple of 32; 128 to 224 in the published models.
  ///   - classes: The number of classes of the published head: 1001, the first of which is the background.
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

extension Architecture {
  /// All known networks.
  public static let known: [Architecture] =
    [efficientNetLite0, efficientNetLite1, efficientNetLite2]
    + [1, 0.75, 0.5, 0.25].map { mobileNetV1(multiplier: $0) }

  /// Returns the network of a name, or nil if it is unknown.
  public init?(name: String) {
    guard let found = Self.known.first(where: { $0.name == name }) else { return nil }
    self = found
  }
}
