import TFLite

extension Architecture {
  /// Makes a float model of the network.
  ///
  /// Its input is `[1, side, side, 3]` with bytes as (byte − 127.5) / 127.5, in [−1, 1], as all float models here have
  /// it. A product and a sum make (byte − mean) / deviation of that: folding the sum into the first convolution would
  /// be wrong at the border, where the padding is zeros. Batch normalisation is folded into the convolutions. The
  /// tensors have the names of the layers, the input is `image`, the signature `serving_default`. The metadata names the
  /// network and the input's normalisation.
  ///
  /// - Throws: ``ConversionError`` where the weights are not the network's, ``SurgeryError`` where the layers do not
  ///   fit each other.
  /// - Complexity: O(the number of weights).
  public func model(weights: NamedWeights) throws -> Model {
    try check(weights)
    var assembly = Assembly(weights: weights, epsilon: epsilon)
    let picture = try assembly.picture(side: side, factor: 127.5 / deviation, shift: (127.5 - mean) / deviation)
    let output = try assembly.add(layers, to: picture)
    var model = assembly.builder.finish(with: output, signature: "serving_default")
    try model.describeClassifier(name: name)
    return model
  }
}

/// A network that is being put together from weights that have been checked.
private struct Assembly {
  let weights: NamedWeights
  let epsilon: Double
  var builder = GraphBuilder()

  mutating func picture(side: Int32, factor: Float, shift: Float) throws -> GraphTensor {
    let picture = try builder.input("image", shape: [1, side, side, 3])
    let factor = try constant("normalized/factor", [1], [factor])
    let scaled = try builder.mul(picture, factor, name: "normalized/scaled")
    let shift = try constant("normalized/shift", [1], [shift])
    return try builder.add(scaled, shift, name: "normalized")
  }

  mutating func add(_ layers: [Architecture.Layer], to input: GraphTensor) throws -> GraphTensor {
    var current = input
    for layer in layers { current = try add(layer, to: current) }
    return current
  }

  private mutating func add(_ layer: Architecture.Layer, to input: GraphTensor) throws -> GraphTensor {
    switch layer {
    case .convolution(let name, let prefix, let normalization, _, _, let stride, let activation):
      let weights = try FoldedConvolution(prefix, normalization, epsilon: epsilon, in: weights)
      let kernel = try constant(name + "/kernel", weights.shape, weights.kernel)
      let bias = try constant(name + "/bias", [weights.bias.count], weights.bias)
      return try builder.conv2D(
        input, kernel: kernel, bias: bias,
        options: Conv2DOptions(strideWidth: stride, strideHeight: stride, activation: activation), name: name)
    case .depthwise(let name, let prefix, let normalization, _, let stride, let activation):
      let weights = try FoldedConvolution(prefix, normalization, epsilon: epsilon, isDepthwise: true, in: weights)
      let kernel = try constant(name + "/kernel", weights.shape, weights.kernel)
      let bias = try constant(name + "/bias", [weights.bias.count], weights.bias)
      return try builder.depthwiseConv2D(
        input, kernel: kernel, bias: bias,
        options: DepthwiseConv2DOptions(strideWidth: stride, strideHeight: stride, activation: activation), name: name)
    case .residual(let name, let layers):
      return try builder.add(try add(layers, to: input), input, name: name)
    case .mean(let name):
      return try builder.mean(input, axes: [1, 2], name: name)
    case .fullyConnected(let name, let prefix, _):
      let matrix = try constant(name + "/weights", prefix + ".weight")
      let bias = try constant(name + "/bias", prefix + ".bias")
      return try builder.fullyConnected(input, weights: matrix, bias: bias, name: name)
    case .softmax(let name):
      return try builder.softmax(input, name: name)
    }
  }

  private mutating func constant(_ name: String, _ shape: [Int], _ elements: [Float]) throws -> GraphTensor {
    guard let tensor = WeightTensor(shape: shape, elements) else {
      throw SurgeryError.cannotBuild(layer: name, because: "\(elements.count) weights have not the shape \(shape)")
    }
    return try builder.constant(name, tensor)
  }

  /// Weights as they are.
  private mutating func constant(_ name: String, _ source: String) throws -> GraphTensor {
    guard let tensor = weights[source] else {
      throw SurgeryError.cannotBuild(layer: name, because: "there are no weights \(source)")
    }
    return try builder.constant(name, tensor)
  }
}
