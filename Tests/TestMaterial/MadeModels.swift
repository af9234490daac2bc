import Foundation
import ModelSurgery
import TFLite

/// Generated models with the layers, shapes, names and number formats of the material's models, and random weights.
///
/// Pictures that differ in colours and patterns have embeddings that differ, which is enough to learn from.
enum MadeModels {
  /// The size of the device's program in Coral's compiled model.
  private static let programBytes = 3_400_000

  /// Writes all models into a folder.
  static func write(to folder: URL) throws {
    func write(_ name: String, _ model: Model) throws {
      try Data(model.serialized().bytes()).write(to: folder.appending(path: name + ".tflite"))
    }
    let large = try mobileNetV1(side: 224, multiplier: 1)
    try write("mobilenet_v1_1.0_224_quant_embedding_extractor", large.extractor)
    try write("mobilenet_v1_1.0_224_quant", large.classifier)
    try write("mobilenet_v1_1.0_224_l2norm_quant", large.imprintable)
    try write("mobilenet_quant_v1_224_head_layers", large.head)
    try write(
      "mobilenet_quant_v1_224_feature_layers_edgetpu", EdgeTPUModel.of(large.extractor, programBytes: programBytes))
    try write("mobilenet_v1_1.0_224_l2norm_quant_edgetpu", large.compiledImprintable)
    try write("mobilenet_v1_0.25_128_quant", mobileNetV1(side: 128, multiplier: 0.25).classifier)
    try write("mobilenet_v2_1.0_224_quant", mobileNetV2(classes: 1001, isFullyConnected: false))
    try write("mobilenet_v2_1.0_224_inat_insect_quant", mobileNetV2(classes: 1022, isFullyConnected: true))
    try write("model_invoking_error", custom)
  }

  struct Family {
    let extractor, classifier, imprintable, head, compiledImprintable: Model
  }

  private static let relu6 = ElementEncoding.uint8(scale: 6 / 255, zeroPoint: 0)

  /// Returns MobileNet v1, Howard et al. 2017, complete and in parts.
  static func mobileNetV1(side: Int32, multiplier: Double) throws -> Family {
    var network = Network(seed: 1)
    let input = try network.builder.input(
      "input", shape: [1, side, side, 3], encoding: .uint8(scale: 1 / 128, zeroPoint: 128))
    let width = { (full: Double) in Int32(full * multiplier) }
    let scope = "MobilenetV1/MobilenetV1/Conv2d_"
    var current = try network.convolution(input, width(32), window: 3, stride: 2, scope + "0")
    // The stride and, at full width, the outputs of each of the thirteen pairs of layers.
    let pairs: [(stride: Int32, outputs: Double)] =
      [(1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512)] + Array(repeating: (1, 512), count: 5)
      + [(2, 1024), (1, 1024)]
    for (place, pair) in pairs.enumerated() {
      current = try network.depthwise(current, stride: pair.stride, scope + "\(place + 1)_depthwise")
      current = try network.convolution(current, width(pair.outputs), scope + "\(place + 1)_pointwise")
    }
    let pool = Pool2DOptions(
      padding: .valid, strideWidth: 2, strideHeight: 2, filterWidth: current.shape[2], filterHeight: current.shape[1])
    let name = "MobilenetV1/Logits/AvgPool_1a/AvgPool"
    let embedding = try network.builder.averagePool(current, options: pool, name: name)
    var base = network.builder
    let extractor = base.finish(with: embedding)

    var head = Network(seed: 2)
    let features = try head.builder.input(name, shape: embedding.shape, encoding: relu6)
    let headModel = try head.logits(features, classes: 1001)
    // The same weights as those of the head.
    network.restart(seed: 2)
    let classifier = try network.logits(embedding, classes: 1001)
    var tail = Network(seed: 3)
    tail.builder = GraphBuilder(extending: extractor)
    let imprintable = try tail.imprinted(tail.builder.tensor(embedding.index), classes: 1001)
    var device = Network(seed: 3)
    let compiledBase = EdgeTPUModel.of(extractor, programBytes: programBytes)
    device.builder = GraphBuilder(extending: compiledBase)
    let output = compiledBase.subgraphs[0].outputs[0]
    let compiledImprintable = try device.imprinted(device.builder.tensor(output), classes: 1001)
    return Family(
      extractor: extractor, classifier: classifier, imprintable: imprintable, head: headModel,
      compiledImprintable: compiledImprintable)
  }

  /// Returns MobileNet v2, Sandler et al. 2018.
  static func mobileNetV2(classes: Int32, isFullyConnected: Bool) throws -> Model {
    var network = Network(seed: 4)
    let input = try network.builder.input(
      "input", shape: [1, 224, 224, 3], encoding: .uint8(scale: 1 / 128, zeroPoint: 128))
    var current = try network.convolution(input, 32, window: 3, stride: 2, "MobilenetV2/Conv")
    let stages: [(expansion: Int32, outputs: Int32, repeats: Int, stride: Int32)] = [
      (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ]
    var block = 0
    for stage in stages {
      for turn in 0..<stage.repeats {
        let scope = "MobilenetV2/expanded_conv\(block == 0 ? "" : "_\(block)")/"
        let before = current
        if stage.expansion > 1 {
          current = try network.convolution(current, stage.expansion * current.shape[3], scope + "expand")
        }
        current = try network.depthwise(current, stride: turn == 0 ? stage.stride : 1, scope + "depthwise")
        current = try network.convolution(current, stage.outputs, scope + "project", isLinear: true)
        if turn > 0 {
          current = try network.builder.add(
            before, current, encoding: Network.linear, name: scope + "add")
        }
        block += 1
      }
    }
    current = try network.convolution(current, 1280, "MobilenetV2/Conv_1")
    let pool = Pool2DOptions(padding: .valid, strideWidth: 2, strideHeight: 2, filterWidth: 7, filterHeight: 7)
    current = try network.builder.averagePool(current, options: pool, name: "MobilenetV2/Logits/AvgPool")
    return try network.logits(current, classes: classes, isFullyConnected: isFullyConnected, scope: "MobilenetV2")
  }

  /// A model of one operator that no runtime knows.
  private static var custom: Model {
    var model = Model()
    model.version = 3
    model.description = "programmatic model"
    model.buffers = [Buffer()]
    model.operatorCodes = [OperatorCode(custom: "fake-op-double")]
    var op = Operator(opcodeIndex: 0, inputs: [0], outputs: [1])
    op.customOptions = Bytes(Array(repeating: 0, count: 22))
    model.subgraphs = [SubGraph()]
    model.subgraphs[0].tensors = [Tensor(shape: [1, 3], type: .uint8), Tensor(shape: [], type: .float32)]
    model.subgraphs[0].inputs = [0]
    model.subgraphs[0].outputs = [1]
    model.subgraphs[0].operators = [op]
    return model
  }
}

/// A uint8 network under construction.
private struct Network {
  var builder = GraphBuilder()
  private var generator: SeededGenerator

  init(seed: Int) { generator = SeededGenerator(seed: seed) }

  /// Draws the next weights as a new network with that seed does.
  mutating func restart(seed: Int) { generator = SeededGenerator(seed: seed) }

  static let linear = ElementEncoding.uint8(scale: 12 / 255, zeroPoint: 128)
  private static let relu6 = ElementEncoding.uint8(scale: 6 / 255, zeroPoint: 0)

  /// Adds a convolution. The variance of its weights keeps the variance of the activations.
  mutating func convolution(
    _ input: GraphTensor, _ outputs: Int32, window: Int32 = 1, stride: Int32 = 1, _ name: String, isLinear: Bool = false
  ) throws -> GraphTensor {
    let count = Int(window * window * input.shape[3])
    let scale = 1.5 * (6 / Float(count)).squareRoot() / 127
    var weights: [UInt8] = []
    for _ in 0..<outputs {
      // The mean is 0, so that pictures differ by more than their brightness.
      var row = (0..<count).map { _ in Int.random(in: 1...255, using: &generator) }
      let mean = row.reduce(0, +) / count - 128
      row = row.map { $0 - mean }
      weights += row.map { UInt8(clamping: $0) }
    }
    let kernel = try builder.constant(
      name + "/weights_quant/FakeQuantWithMinMaxVars", shape: [outputs, window, window, input.shape[3]],
      encoding: .uint8(scale: scale, zeroPoint: 128), contents: Bytes(weights))
    let encoding = isLinear ? Self.linear : Self.relu6
    let step = scale * step(of: input)
    let biases = (0..<outputs).map { _ in
      Int32(Float.random(in: -0.5...0.5, using: &generator) / step)
    }
    let bias = try builder.integers(
      name + "/Conv2D_Fold_bias", biases, quantization: QuantizationParameters(scale: step, zeroPoint: 0))
    return try builder.conv2D(
      input, kernel: kernel, bias: bias,
      options: Conv2DOptions(padding: .same, strideWidth: stride, strideHeight: stride),
      encoding: encoding, name: name + (isLinear ? "/Conv" : "/Relu6"))
  }

  private func step(of tensor: GraphTensor) -> Float {
    tensor.shape[3] == 3 ? 1 / 128 : 6 / 255
  }

  mutating func depthwise(_ input: GraphTensor, stride: Int32, _ name: String) throws -> GraphTensor {
    let scale: Float = 0.6 / 127
    let channels = Int(input.shape[3])
    let weights = (0..<9 * channels).map { place -> UInt8 in
      let centre = place / channels == 4 ? 90 : 0
      return UInt8(clamping: 128 + centre + Int.random(in: -60...70, using: &generator))
    }
    let kernel = try builder.constant(
      name + "/weights_quant/FakeQuantWithMinMaxVars", shape: [1, 3, 3, input.shape[3]],
      encoding: .uint8(scale: scale, zeroPoint: 128), contents: Bytes(weights))
    let bias = try builder.integers(
      name + "/depthwise_Fold_bias", Array(repeating: 0, count: channels),
      quantization: QuantizationParameters(scale: scale * step(of: input), zeroPoint: 0))
    return try builder.depthwiseConv2D(
      input, kernel: kernel, bias: bias,
      options: DepthwiseConv2DOptions(padding: .same, strideWidth: stride, strideHeight: stride), encoding: Self.relu6,
      name: name + "/Relu6")
  }

  /// Adds a classifier's head and returns the model.
  mutating func logits(
    _ features: GraphTensor, classes: Int32, isFullyConnected: Bool = false, scope: String = "MobilenetV1"
  ) throws -> Model {
    let width = Int(features.shape[3])
    let scale = 4 * (3 / Float(width)).squareRoot() / 127
    let rows = (0..<Int(classes) * width).map { _ in UInt8.random(in: 1...255, using: &generator) }
    let step = scale * 6 / 255
    let score = ElementEncoding.uint8(scale: 0.166, zeroPoint: 66)
    let name = scope + "/Logits/Conv2d_1c_1x1"
    let bias = try builder.integers(
      name + "/biases", Array(repeating: 0, count: Int(classes)),
      quantization: QuantizationParameters(scale: step, zeroPoint: 0))
    let kernel = ElementEncoding.uint8(scale: scale, zeroPoint: 128)
    var current: GraphTensor
    if isFullyConnected {
      let vector = try builder.reshape(
        features, to: [1, features.shape[3]], name: scope + "/Logits/Squeeze",
        shapeName: scope + "/Logits/Squeeze_shape")
      let weights = try builder.constant(
        name + "/weights", shape: [classes, features.shape[3]], encoding: kernel, contents: Bytes(rows))
      current = try builder.fullyConnected(
        vector, weights: weights, bias: bias, encoding: score, name: name + "/BiasAdd")
    } else {
      let weights = try builder.constant(
        name + "/weights", shape: [classes, 1, 1, features.shape[3]], encoding: kernel, contents: Bytes(rows))
      current = try builder.conv2D(features, kernel: weights, bias: bias, encoding: score, name: name + "/BiasAdd")
      current = try builder.reshape(
        current, to: [1, classes], name: scope + "/Logits/SpatialSqueeze", shapeName: scope + "/Logits/Squeeze_shape")
    }
    return builder.finish(
      with: try builder.softmax(
        current, encoding: .uint8(scale: 1 / 256, zeroPoint: 0), name: scope + "/Predictions/Reshape_1"))
  }

  /// Adds the tail of Coral's imprintable models and returns the model.
  mutating func imprinted(_ features: GraphTensor, classes: Int32) throws -> Model {
    let width = Int(features.shape[3])
    let scope = "MobilenetV1/Logits/"
    let vectors = ElementEncoding.uint8(scale: 1 / 128, zeroPoint: 128)
    let normalised = try builder.l2Normalize(features, encoding: vectors, name: scope + "L2Norm")
    let kernel = ElementEncoding.uint8(scale: 0.001_950_04, zeroPoint: 85)
    var rows: [Float] = []
    for _ in 0..<classes {
      let row = (0..<width).map { _ in Float.random(in: 0...1, using: &generator) }
      let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      rows += row.map { $0 / norm }
    }
    let weights = try builder.constant(
      scope + "Conv2d_1c_1x1/weights", shape: [classes, 1, 1, features.shape[3]], encoding: kernel,
      contents: Bytes(kernel.encode(rows)))
    let bias = try builder.integers(
      scope + "Conv2d_1c_1x1/biases", Array(repeating: 0, count: Int(classes)),
      quantization: QuantizationParameters(scale: vectors.unit * kernel.unit, zeroPoint: 0))
    let cosines = try builder.conv2D(
      normalised, kernel: weights, bias: bias, options: Conv2DOptions(padding: .valid), encoding: vectors,
      name: scope + "Conv2d_1c_1x1/Conv2D")
    let factor = ElementEncoding.uint8(scale: 40 / 255, zeroPoint: 0)
    let multiplier = try builder.constant(
      scope + "scale_factor", shape: [1], encoding: factor, contents: Bytes(factor.encode([40])))
    let product = try builder.mul(
      cosines, multiplier, encoding: .uint8(scale: 40 / 128, zeroPoint: 128), name: scope + "mul")
    let logits = try builder.reshape(
      product, to: [1, classes], name: scope + "SpatialSqueeze", shapeName: scope + "SpatialSqueeze_shape")
    return builder.finish(
      with: try builder.softmax(
        logits, encoding: .uint8(scale: 1 / 256, zeroPoint: 0), name: "MobilenetV1/Predictions/Reshape_1"))
  }
}
