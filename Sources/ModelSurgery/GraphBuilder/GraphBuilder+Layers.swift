public import TFLite

extension GraphBuilder {
  /// Adds a fully connected layer: y = W x + b, for each of the vectors that the input consists of.
  ///
  /// - Parameters:
  ///   - input: Vectors of D elements, in any shape.
  ///   - weights: `[O, D]`.
  ///   - bias: `[O]`.
  ///   - options: The activation, and others; the dimensions are not kept.
  ///   - encoding: How the output is stored; needed where the input is quantised.
  ///   - name: The output's name.
  /// - Returns: `[number of vectors, O]`.
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` where the shapes do not fit.
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

  /// Adds the sum of two tensors by element; dimensions of size 1 are repeated as needed.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` where the shapes do not fit.
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

  /// Adds the product of two tensors by element; dimensions of size 1 are repeated as needed.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` where the shapes do not fit.
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

  /// Adds a division of each vector by its Euclidean norm, along the last dimension.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` where the input is quantised and no encoding is given.
  public mutating func l2Normalize(
    _ input: GraphTensor, encoding: ElementEncoding? = nil, name: String
  ) throws(SurgeryError) -> GraphTensor {
    try layer(
      .l2Normalization, [input], shape: input.shape, encoding: try newEncoding(encoding, for: input, layer: name),
      options: L2NormOptions().options, name: name)
  }

  /// Adds exp(beta · x) over its sum along the last dimension.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` where the input is quantised and no encoding is given.
  public mutating func softmax(
    _ input: GraphTensor, beta: Float = 1, encoding: ElementEncoding? = nil, name: String
  ) throws(SurgeryError) -> GraphTensor {
    try layer(
      .softmax, [input], shape: input.shape, encoding: try newEncoding(encoding, for: input, layer: name),
      options: SoftmaxOptions(beta: beta).options, name: name)
  }

  /// Adds tensors put one behind the other along a dimension.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` where there is no tensor or no such dimension, or they differ
  ///   in another.
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

  /// Adds a change of shape, with the elements as they are.
  ///
  /// - Parameters:
  ///   - input: Any tensor.
  ///   - shape: The new shape, with as many elements.
  ///   - name: The output's name.
  ///   - shapeName: The name of the constant with the shape.
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` where the numbers of elements differ.
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

  /// Adds a change from floats to whole numbers, or from one scale to another.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` where the new encoding is floats.
  public mutating func quantize(
    _ input: GraphTensor, to encoding: ElementEncoding, name: String
  ) throws(SurgeryError) -> GraphTensor {
    guard encoding != .float32 else { throw .cannotBuild(layer: name, because: "it is to quantise to floats") }
    return try layer(
      .quantize, [input], shape: input.shape, encoding: encoding, options: OperatorOptions(.quantize), name: name)
  }

  /// Adds a change from whole numbers to the floats that they stand for.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` where the input is floats already.
  public mutating func dequantize(_ input: GraphTensor, name: String) throws(SurgeryError) -> GraphTensor {
    guard input.type != .float32 else { throw .cannotBuild(layer: name, because: "its input is floats already") }
    return try layer(
      .dequantize, [input], shape: input.shape, encoding: .float32, options: OperatorOptions(.dequantize), name: name)
  }

  /// The shape that two shapes grow to by repeating dimensions of size 1, or nil where they differ otherwise.
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
  /// Adds the difference of two tensors by element, left less right; dimensions of size 1 are repeated as needed.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` where the shapes do not fit.
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

  /// Adds the greater of two tensors by element; dimensions of size 1 are repeated as needed.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` where the shapes do not fit or a tensor is not of floats.
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
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` where the input is not of floats.
  public mutating func sqrt(_ input: GraphTensor, name: String) throws(SurgeryError) -> GraphTensor {
    try ofFloats(.sqrt, input, name: name)
  }

  /// Adds 1 / √x of each element x, which must be positive.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` where the input is not of floats.
  public mutating func rsqrt(_ input: GraphTensor, name: String) throws(SurgeryError) -> GraphTensor {
    try ofFloats(.rsqrt, input, name: name)
  }

  /// Adds the magnitude of each element.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` where the input is not of floats.
  public mutating func abs(_ input: GraphTensor, name: String) throws(SurgeryError) -> GraphTensor {
    try ofFloats(.abs, input, name: name)
  }

  /// Adds max(x, 0) of each element x.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` where the input is not of floats.
  public mutating func relu(_ input: GraphTensor, name: String) throws(SurgeryError) -> GraphTensor {
    try ofFloats(.relu, input, name: name)
  }

  private mutating func ofFloats(
    _ builtin: BuiltinOperator, _ input: GraphTensor, name: String
  ) throws(SurgeryError) -> GraphTensor {
    guard input.type == .float32 else {
      throw .cannotBuild(layer: name, because: "its input is \(input.type.name), where floats are needed")
    }
    return try layer(builtin, [input], shape: input.shape, encoding: .float32, options: nil, name: name)
  }
}

extension GraphBuilder {
  /// Adds the mean along some dimensions.
  ///
  /// - Parameters:
  ///   - input: Any tensor.
  ///   - axes: The dimensions, each from 0 to below the input's number of dimensions.
  ///   - options: Whether the dimensions stay, with the size 1.
  ///   - encoding: How the output is stored; by default as the input is.
  ///   - name: The output's name. The list of the dimensions gets that name with `/axes` behind it.
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` where there is no such dimension.
  public mutating func mean(
    _ input: GraphTensor, axes: [Int32], options: ReducerOptions = ReducerOptions(), encoding: ElementEncoding? = nil,
    name: String
  ) throws(SurgeryError) -> GraphTensor {
    try reduction(.mean, input, axes: axes, options: options, encoding: encoding, name: name)
  }

  /// Adds the greatest element along some dimensions.
  ///
  /// - Parameters:
  ///   - input: Any tensor.
  ///   - axes: The dimensions, each from 0 to below the input's number of dimensions.
  ///   - options: Whether the dimensions stay, with the size 1.
  ///   - name: The output's name. The list of the dimensions gets that name with `/axes` behind it.
  /// - Returns: Elements stored as the input's are.
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` where there is no such dimension.
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
