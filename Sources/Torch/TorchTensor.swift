import CTorch

/// A tensor of libtorch.
///
/// Pictures are `[N, C, H, W]`. Operations are recorded for ``backward()``, except within ``Torch/withoutGradients(_:)``.
/// Every operation throws ``TorchError/failed(to:message:)`` with the message of libtorch.
///
/// Do not use a tensor from two threads at once.
public final class TorchTensor {
  let reference: torch_tensor_ref
  /// The device that holds it.
  public let torch: Torch

  init(_ reference: torch_tensor_ref, _ torch: Torch) {
    self.reference = reference
    self.torch = torch
  }

  deinit { torch.functions.release(reference) }

  /// The size of each dimension.
  public var shape: [Int] {
    var sizes = [Int64](repeating: 0, count: 8)
    let rank = torch.functions.get_shape(reference, &sizes, Int32(sizes.count))
    return sizes.prefix(Int(max(0, rank))).map { Int($0) }
  }

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// Returns all elements in row-major order.
  public func elements() throws(TorchError) -> [Float] {
    let count = self.count
    var elements = [Float](repeating: 0, count: count)
    let answer = elements.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { torch.functions.copy_floats(reference, $0, Int64(count)) } ?? 1
    }
    try torch.library.check(answer, to: "copy a tensor")
    return elements
  }

  /// Returns the element of a tensor that has exactly one.
  public func number() throws(TorchError) -> Float {
    let elements = try elements()
    guard elements.count == 1 else {
      throw .failed(to: "read a number", message: "the tensor has \(elements.count) elements")
    }
    return elements[0]
  }

  /// Returns the least and the greatest element.
  public func range() throws(TorchError) -> (lower: Float, upper: Float) {
    var lower: Float = 0
    var upper: Float = 0
    try torch.library.check(torch.functions.get_range(reference, &lower, &upper), to: "find a tensor's range")
    return (lower, upper)
  }

  /// Copies the elements of another tensor of the same shape into this one.
  public func assign(_ source: TorchTensor) throws(TorchError) {
    try torch.library.check(torch.functions.assign(reference, source.reference), to: "copy into a tensor")
  }

  /// Sets whether ``backward()`` computes this tensor's gradient.
  public func requireGradient(_ isRequired: Bool = true) throws(TorchError) {
    try torch.library.check(torch.functions.require_gradient(reference, isRequired ? 1 : 0), to: "enable gradients")
  }

  /// The gradient that ``backward()`` computed, or nil if there is none.
  public var gradient: TorchTensor? { torch.functions.gradient(reference).map { TorchTensor($0, torch) } }

  /// Removes the gradient.
  public func clearGradient() throws(TorchError) {
    try torch.library.check(torch.functions.clear_gradient(reference), to: "clear a gradient")
  }

  /// Computes the gradients of this one-element tensor with respect to all tensors that require one.
  public func backward() throws(TorchError) {
    try torch.library.check(torch.functions.backward(reference), to: "compute gradients")
  }

  /// Returns a tensor of zeros of the same shape.
  public func zeros() throws(TorchError) -> TorchTensor {
    try torch.make("make a tensor of zeros") { $0.zeros_like(reference) }
  }
}

extension TorchTensor {
  /// Returns the elementwise sum; dimensions of size 1 are broadcast, as in the operations below.
  public func adding(_ other: TorchTensor) throws(TorchError) -> TorchTensor {
    try torch.make("add") { $0.add(reference, other.reference) }
  }

  /// Returns the elementwise difference.
  public func subtracting(_ other: TorchTensor) throws(TorchError) -> TorchTensor {
    try torch.make("subtract") { $0.subtract(reference, other.reference) }
  }

  /// Returns the elementwise product.
  public func multiplied(by other: TorchTensor) throws(TorchError) -> TorchTensor {
    try torch.make("multiply") { $0.multiply(reference, other.reference) }
  }

  /// Returns the elementwise quotient.
  public func divided(by other: TorchTensor) throws(TorchError) -> TorchTensor {
    try torch.make("divide") { $0.divide(reference, other.reference) }
  }

  /// Returns √(x + shift) of each element.
  public func squareRoot(adding shift: Double = 0) throws(TorchError) -> TorchTensor {
    try torch.make("compute a square root") { $0.square_root(reference, shift) }
  }

  /// Returns the elements in another shape with the same number of elements.
  public func reshaped(_ shape: [Int]) throws(TorchError) -> TorchTensor {
    let sizes = shape.map { Int64($0) }
    return try torch.make("reshape a tensor") { $0.reshape(reference, sizes, Int32(clamping: sizes.count)) }
  }
}
