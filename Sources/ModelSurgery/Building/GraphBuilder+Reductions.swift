import TFLite

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
