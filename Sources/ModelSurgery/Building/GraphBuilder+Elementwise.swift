import TFLite

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
