import CTorch

extension TorchTensor {
  /// The sum by element; dimensions of size 1 are repeated as needed, here and below.
  public func adding(_ other: TorchTensor) throws(TorchError) -> TorchTensor {
    try torch.make("add") { $0.add(reference, other.reference) }
  }

  /// The difference by element.
  public func subtracting(_ other: TorchTensor) throws(TorchError) -> TorchTensor {
    try torch.make("subtract") { $0.subtract(reference, other.reference) }
  }

  /// The product by element.
  public func multiplied(by other: TorchTensor) throws(TorchError) -> TorchTensor {
    try torch.make("multiply") { $0.multiply(reference, other.reference) }
  }

  /// The quotient by element.
  public func divided(by other: TorchTensor) throws(TorchError) -> TorchTensor {
    try torch.make("divide") { $0.divide(reference, other.reference) }
  }

  /// √(x + shift) of each element.
  public func squareRoot(adding shift: Double = 0) throws(TorchError) -> TorchTensor {
    try torch.make("take a root") { $0.square_root(reference, shift) }
  }

  /// The elements in another shape with as many.
  public func reshaped(_ shape: [Int]) throws(TorchError) -> TorchTensor {
    let sizes = shape.map { Int64($0) }
    return try torch.make("change a shape") { $0.reshape(reference, sizes, Int32(clamping: sizes.count)) }
  }
}
