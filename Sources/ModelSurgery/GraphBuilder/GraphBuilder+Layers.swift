public import TFLite

extension GraphBuilder {
  /// Adds a fully connected layer, y = W x + b, for each vector of the input.
  ///
  /// - Parameters:
  ///   - input: Vectors of D elements, in any shape.
  ///   - weights: `[O, D]`.
  ///   - bias: `[O]`.
  ///   - options: The activation and other options; keeping the dimensions is not supported.
  ///   - encoding: The encoding of the output; required if the input is quantised.
  ///   - name: The output's name.
  /// - Returns: `[number of vectors, O]`.
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if the shapes do not fit.
  public mutating func fullyConnected(
    _ input: GraphTensor, weights: GraphTensor, bias: GraphTensor,
    options: FullyConnectedOptions = FullyConnectedOptions(), encoding: ElementEncoding? = nil, name: String
  ) throws(SurgeryError) -> GraphTensor {
    guard weights.shape.count == 2, bias.shape == [weights.shape[0]], let last = input.shape.last,
      last == weights.shape[1], !options.keepsDimensions,
      let vectors = Tensor(shape: Array(input.shape.dropLast()), type: .float32).elementCount.flatMap(
        Int32.init(exactly:))
    else { throw misfit(name, input, weights, bias) }
    return try layer(
      .fullyConnected, [input, weights, bias], shape: [vectors, weights.shape[0]],
      encoding: try newEncoding(encoding, for: input, layer: name), options: options.options, name: name)
  }

  /// Adds the elementwise sum of two tensors; dimensions of size 1 are broadcast.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if the shapes do not fit.
  public mutating func add(
    _ left: GraphTensor, _ right: GraphTensor, options: AddOptions = AddOptions(), encoding: ElementEncoding? = nil,
    name: String
  ) throws(SurgeryError) -> GraphTensor {
    guard let shape = Self.common(left.shape, right.shape), left.type == right.type else {
      throw misfit(name, left, right)
    }
    return try layer(
      .add, [left, right], shape: shape, encoding: try newEncoding(encoding, for: left, layer: name),
      options: options.options, name: name)
  }

  /// Adds the elementwise product of two tensors; dimensions of size 1 are broadcast.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if the shapes do not fit.
  public mutating func mul(
    _ left: GraphTensor, _ right: GraphTensor, options: MulOptions = MulOptions(), encoding: ElementEncoding? = nil,
    name: String
  ) throws(SurgeryError) -> GraphTensor {
    guard let shape = Self.common(left.shape, right.shape), left.type == right.type else {
      throw misfit(name, left, right)
    }
    return try layer(
      .mul, [left, right], shape: shape, encoding: try newEncoding(encoding, for: left, layer: name),
      options: options.options, name: name)
  }

  /// Adds L2 normalisation along the last dimension.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if the input is quantised and no encoding is given.
  public mutating func l2Normalize(
    _ input: GraphTensor, encoding: ElementEncoding? = nil, name: String
  ) throws(SurgeryError) -> GraphTensor {
    try layer(
      .l2Normalization, [input], shape: input.shape, encoding: try newEncoding(encoding, for: input, layer: name),
      options: L2NormOptions().options, name: name)
  }

  /// Adds a softmax along the last dimension: exp(beta · x) / Σ exp(beta · x).
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if the input is quantised and no encoding is given.
  public mutating func softmax(
    _ input: GraphTensor, beta: Float = 1, encoding: ElementEncoding? = nil, name: String
  ) throws(SurgeryError) -> GraphTensor {
    try layer(
      .softmax, [input], shape: input.shape, encoding: try newEncoding(encoding, for: input, layer: name),
      options: SoftmaxOptions(beta: beta).options, name: name)
  }

  /// Adds the concatenation of tensors along a dimension.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if there is no tensor or no such dimension, or other
  ///   dimensions differ.
  public mutating func concatenate(
    _ tensors: [GraphTensor], axis: Int, name: String
  ) throws(SurgeryError) -> GraphTensor {
    guard let first = tensors.first, first.shape.indices.contains(axis) else {
      throw .cannotBuild(layer: name, because: "there is no tensor with a dimension \(axis)")
    }
    var shape = first.shape
    for tensor in tensors.dropFirst() {
      guard tensor.shape.count == shape.count, tensor.type == first.type,
        shape.indices.allSatisfy({ $0 == axis || shape[$0] == tensor.shape[$0] })
      else { throw misfit(name, first, tensor) }
      let (sum, overflow) = shape[axis].addingReportingOverflow(tensor.shape[axis])
      guard !overflow else { throw misfit(name, first, tensor) }
      shape[axis] = sum
    }
    return try layer(
      .concatenation, tensors, shape: shape, encoding: nil,
      options: ConcatenationOptions(axis: Int32(clamping: axis)).options, name: name)
  }

  /// Adds a reshape, which keeps the elements.
  ///
  /// - Parameters:
  ///   - input: Any tensor.
  ///   - shape: The new shape, with the same number of elements.
  ///   - name: The output's name.
  ///   - shapeName: The name of the constant that holds the shape.
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if the numbers of elements differ.
  public mutating func reshape(
    _ input: GraphTensor, to shape: [Int32], name: String, shapeName: String
  ) throws(SurgeryError) -> GraphTensor {
    let count = { (shape: [Int32]) in Tensor(shape: shape, type: .float32).elementCount }
    guard let wanted = count(shape), wanted == count(input.shape) else { throw misfit(name, input) }
    let target = try integers(shapeName, shape)
    return try layer(
      .reshape, [input, target], shape: shape, encoding: nil, options: ReshapeOptions(newShape: shape).options,
      name: name)
  }

  /// Adds a quantisation of floats, or a conversion between scales.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if the new encoding is float.
  public mutating func quantize(
    _ input: GraphTensor, to encoding: ElementEncoding, name: String
  ) throws(SurgeryError) -> GraphTensor {
    guard encoding != .float32 else { throw .cannotBuild(layer: name, because: "it cannot quantise to floats") }
    return try layer(
      .quantize, [input], shape: input.shape, encoding: encoding, options: OperatorOptions(.quantize), name: name)
  }

  /// Adds a dequantisation to floats.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if the input is float already.
  public mutating func dequantize(_ input: GraphTensor, name: String) throws(SurgeryError) -> GraphTensor {
    guard input.type != .float32 else { throw .cannotBuild(layer: name, because: "its input is float already") }
    return try layer(
      .dequantize, [input], shape: input.shape, encoding: .float32, options: OperatorOptions(.dequantize), name: name)
  }

  /// Returns the common shape after broadcasting dimensions of size 1, or nil if the shapes do not fit.
  static func common(_ left: [Int32], _ right: [Int32]) -> [Int32]? {
    let count = max(left.count, right.count)
    let padded = [left, right].map { Array(repeating: 1, count: count - $0.count) + $0 }
    var shape: [Int32] = []
    for (one, other) in zip(padded[0], padded[1]) {
      guard one == other || one == 1 || other == 1 else { return nil }
      shape.append(max(one, other))
    }
    return shape
  }
}

extension GraphBuilder {
  /// Adds the elementwise difference, left minus right; dimensions of size 1 are broadcast.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if the shapes do not fit.
  public mutating func sub(
    _ left: GraphTensor, _ right: GraphTensor, encoding: ElementEncoding? = nil, name: String
  ) throws(SurgeryError) -> GraphTensor {
    guard let shape = Self.common(left.shape, right.shape), left.type == right.type else {
      throw misfit(name, left, right)
    }
    return try layer(
      .sub, [left, right], shape: shape, encoding: try newEncoding(encoding, for: left, layer: name),
      options: OperatorOptions(.sub), name: name)
  }

  /// Adds the elementwise maximum of two tensors; dimensions of size 1 are broadcast.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if the shapes do not fit or a tensor is not float.
  public mutating func maximum(
    _ left: GraphTensor, _ right: GraphTensor, name: String
  ) throws(SurgeryError) -> GraphTensor {
    guard let shape = Self.common(left.shape, right.shape), left.type == .float32, right.type == .float32 else {
      throw misfit(name, left, right)
    }
    return try layer(.maximum, [left, right], shape: shape, encoding: .float32, options: nil, name: name)
  }

  /// Adds the square root of each element, which must not be negative.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if the input is not float.
  public mutating func sqrt(_ input: GraphTensor, name: String) throws(SurgeryError) -> GraphTensor {
    try ofFloats(.sqrt, input, name: name)
  }

  /// Adds 1 / √x of each element x, which must be positive.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if the input is not float.
  public mutating func rsqrt(_ input: GraphTensor, name: String) throws(SurgeryError) -> GraphTensor {
    try ofFloats(.rsqrt, input, name: name)
  }

  /// Adds the magnitude of each element.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if the input is not float.
  public mutating func abs(_ input: GraphTensor, name: String) throws(SurgeryError) -> GraphTensor {
    try ofFloats(.abs, input, name: name)
  }

  /// Adds max(x, 0) of each element x.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if the input is not float.
  public mutating func relu(_ input: GraphTensor, name: String) throws(SurgeryError) -> GraphTensor {
    try ofFloats(.relu, input, name: name)
  }

  private mutating func ofFloats(
    _ builtin: BuiltinOperator, _ input: GraphTensor, name: String
  ) throws(SurgeryError) -> GraphTensor {
    guard input.type == .float32 else {
      throw .cannotBuild(layer: name, because: "its input is \(input.type.name) instead of float")
    }
    return try layer(builtin, [input], shape: input.shape, encoding: .float32, options: nil, name: name)
  }
}

extension GraphBuilder {
  /// Adds the mean along some dimensions.
  ///
  /// - Parameters:
  ///   - input: Any tensor.
  ///   - axes: The dimensions, from 0 to below the input's rank.
  ///   - options: Whether the dimensions stay, with size 1.
  ///   - encoding: The encoding of the output; by default that of the input.
  ///   - name: The output's name. The constant of the dimensions is named `name/axes`.
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if there is no such dimension.
  public mutating func mean(
    _ input: GraphTensor, axes: [Int32], options: ReducerOptions = ReducerOptions(), encoding: ElementEncoding? = nil,
    name: String
  ) throws(SurgeryError) -> GraphTensor {
    try reduction(.mean, input, axes: axes, options: options, encoding: encoding, name: name)
  }

  /// Adds the maximum along some dimensions.
  ///
  /// - Parameters:
  ///   - input: Any tensor.
  ///   - axes: The dimensions, from 0 to below the input's rank.
  ///   - options: Whether the dimensions stay, with size 1.
  ///   - name: The output's name. The constant of the dimensions is named `name/axes`.
  /// - Returns: A tensor with the input's encoding.
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if there is no such dimension.
  public mutating func reduceMax(
    _ input: GraphTensor, axes: [Int32], options: ReducerOptions = ReducerOptions(), name: String
  ) throws(SurgeryError) -> GraphTensor {
    try reduction(.reduceMax, input, axes: axes, options: options, encoding: nil, name: name)
  }

  private mutating func reduction(
    _ builtin: BuiltinOperator, _ input: GraphTensor, axes: [Int32], options: ReducerOptions,
    encoding: ElementEncoding?, name: String
  ) throws(SurgeryError) -> GraphTensor {
    let dimensions = axes.compactMap { Int(exactly: $0) }
    guard !axes.isEmpty, dimensions.allSatisfy(input.shape.indices.contains) else { throw misfit(name, input) }
    let list = try integers(name + "/axes", axes)
    let shape = input.shape.enumerated().compactMap { index, size -> Int32? in
      dimensions.contains(index) ? (options.keepsDimensions ? 1 : nil) : size
    }
    return try layer(
      builtin, [input, list], shape: shape, encoding: encoding, options: options.options, name: name)
  }
}
