public import TFLite

/// A network under construction, from checked weights.
struct NetworkAssembly {
  private let weights: NamedWeights
  private let epsilon: Double
  private let storage: ByteStorage?
  private let keepsDimensions: Bool
  var builder = GraphBuilder()

  /// - Parameters:
  ///   - weights: The weights.
  ///   - epsilon: The ε that batch normalisation adds to the variance.
  ///   - storage: How layers are quantised; nil for floats.
  ///   - keepsDimensions: Whether the mean over the picture has the shape `[1, 1, 1, D]` instead of `[1, D]`.
  init(weights: NamedWeights, epsilon: Double, storage: ByteStorage? = nil, keepsDimensions: Bool = false) {
    self.weights = weights
    self.epsilon = epsilon
    self.storage = storage
    self.keepsDimensions = keepsDimensions
  }

  /// Adds the float input from −1 to 1, and its conversion to another mean and deviation.
  mutating func normalizedPicture(side: Int32, factor: Float, shift: Float) throws -> GraphTensor {
    let picture = try builder.input("image", shape: [1, side, side, 3])
    let factor = try constant("normalized/factor", [1], [factor])
    let scaled = try builder.mul(picture, factor, name: "normalized/scaled")
    let shift = try constant("normalized/shift", [1], [shift])
    return try builder.add(scaled, shift, name: "normalized")
  }

  /// Adds layers in sequence.
  mutating func add(_ layers: [Architecture.Layer], to input: GraphTensor) throws -> GraphTensor {
    var current = input
    for layer in layers { current = try add(layer, to: current) }
    return current
  }

  private mutating func add(_ layer: Architecture.Layer, to input: GraphTensor) throws -> GraphTensor {
    switch layer {
    case .convolution(let name, let prefix, let normalization, _, _, let stride, let activation):
      let folded = try FoldedConvolution(prefix, normalization, epsilon: epsilon, in: weights)
      return try convolution(folded, on: input, stride: stride, activation: activation, name: name)
    case .depthwise(let name, let prefix, let normalization, _, let stride, let activation):
      let folded = try FoldedConvolution(prefix, normalization, epsilon: epsilon, isDepthwise: true, in: weights)
      let output = try storage?.encoding(of: name) ?? .float32
      let (kernel, bias) = try constants(of: folded, isDepthwise: true, input: input, output: output, name: name)
      return try builder.depthwiseConv2D(
        input, kernel: kernel, bias: bias,
        options: DepthwiseConv2DOptions(strideWidth: stride, strideHeight: stride, activation: activation),
        encoding: output, name: name)
    case .residual(let name, let layers):
      let inner = try add(layers, to: input)
      return try builder.add(inner, input, encoding: try unweighted(name, of: [inner, input]), name: name)
    case .mean(let name):
      return try builder.mean(
        input, axes: [1, 2], options: ReducerOptions(keepsDimensions: keepsDimensions),
        encoding: try unweighted(name, of: [input]), name: name)
    case .fullyConnected(let name, let prefix, _):
      let matrix = try constant(name + "/weights", prefix + ".weight")
      let bias = try constant(name + "/bias", prefix + ".bias")
      return try builder.fullyConnected(input, weights: matrix, bias: bias, name: name)
    case .softmax(let name):
      return try builder.softmax(input, name: name)
    }
  }

  /// Adds a convolution.
  mutating func convolution(
    _ folded: FoldedConvolution, on input: GraphTensor, stride: Int32 = 1, activation: ActivationFunction = .none,
    name: String
  ) throws -> GraphTensor {
    let output = try storage?.encoding(of: name) ?? .float32
    let (kernel, bias) = try constants(of: folded, isDepthwise: false, input: input, output: output, name: name)
    return try builder.conv2D(
      input, kernel: kernel, bias: bias,
      options: Conv2DOptions(strideWidth: stride, strideHeight: stride, activation: activation), encoding: output,
      name: name)
  }

  /// Returns the encoding of a layer without weights.
  private func unweighted(_ name: String, of inputs: [GraphTensor]) throws -> ElementEncoding {
    guard let storage else { return .float32 }
    return try storage.encoding(of: name, from: inputs.map { try builder.encoding(of: $0) })
  }

  /// Adds the kernel and the bias of a layer.
  private mutating func constants(
    of folded: FoldedConvolution, isDepthwise: Bool, input: GraphTensor, output: ElementEncoding, name: String
  ) throws -> (kernel: GraphTensor, bias: GraphTensor) {
    guard let storage else {
      return (
        try constant(name + "/kernel", folded.shape, folded.kernel),
        try constant(name + "/bias", [folded.bias.count], folded.bias)
      )
    }
    let stored = try RoundedConvolution(
      folded, isDepthwise: isDepthwise, on: storage.grid, input: try builder.encoding(of: input).unit,
      output: output.unit, name: name)
    let kernel = try builder.constant(
      name + "/kernel", shape: folded.shape.map { Int32(clamping: $0) }, type: storage.grid.byteType,
      quantization: stored.kernelQuantization, contents: Bytes(stored.weights.bytes))
    return (
      kernel, try builder.integers(name + "/bias", stored.bias, quantization: stored.biasQuantization)
    )
  }

  private mutating func constant(_ name: String, _ shape: [Int], _ elements: [Float]) throws -> GraphTensor {
    guard let tensor = WeightTensor(shape: shape, elements) else {
      throw SurgeryError.cannotBuild(layer: name, because: "\(elements.count) weights do not match the shape \(shape)")
    }
    return try builder.constant(name, tensor)
  }

  /// Adds weights unchanged.
  private mutating func constant(_ name: String, _ source: String) throws -> GraphTensor {
    guard let tensor = weights[source] else {
      throw SurgeryError.cannotBuild(layer: name, because: "there are no weights \(source)")
    }
    return try builder.constant(name, tensor)
  }
}

extension Architecture {
  /// Returns a float model of the network: a classifier, or an embedding extractor for a ``base``.
  ///
  /// The input is `[1, side, side, 3]` with bytes as (byte − 127.5) / 127.5, in [−1, 1], as in all float models here. A
  /// product and a sum convert that to (byte − mean) / deviation: folding the sum into the first convolution would be
  /// wrong at the border, where the padding is zeros. Batch normalisation is folded into the convolutions. Tensors have
  /// the names of the layers; the input is `image`, the signature `serving_default`. The metadata states the name of
  /// the network and the normalisation of the input.
  ///
  /// - Throws: ``ConversionError`` if the weights do not fit the network, ``SurgeryError`` if layers do not fit each
  ///   other.
  /// - Complexity: O(weights).
  public func model(weights: NamedWeights) throws -> Model {
    try check(weights)
    var assembly = NetworkAssembly(weights: weights, epsilon: epsilon)
    let picture = try assembly.normalizedPicture(
      side: side, factor: 127.5 / deviation, shift: (127.5 - mean) / deviation)
    let output = try assembly.add(layers, to: picture)
    var model = assembly.builder.finish(with: output, signature: "serving_default")
    if case .softmax = layers.last {
      try model.describeClassifier(name: name)
    } else {
      try model.describeExtractor(name: name)
    }
    return model
  }
}
