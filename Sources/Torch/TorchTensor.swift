import CTorch

/// A tensor of libtorch.
///
/// Pictures are `[N, C, H, W]`. Operations are recorded, so that ``backward()`` of what they lead to finds the gradients,
/// except within ``Torch/withoutGradients(_:)``. Every operation throws ``TorchError/failed(to:message:)`` with libtorch's
/// own words.
///
/// No tensor may be used from two threads at once.
public final class TorchTensor {
  let reference: torch_tensor_ref
  /// Where it lies.
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

  /// How many elements there are.
  public var count: Int { shape.reduce(1, *) }

  /// All elements in row-major order.
  public func elements() throws(TorchError) -> [Float] {
    let count = self.count
    var elements = [Float](repeating: 0, count: count)
    let answer = elements.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { torch.functions.copy_floats(reference, $0, Int64(count)) } ?? 1
    }
    try torch.library.check(answer, to: "copy a tensor")
    return elements
  }

  /// The one element of a tensor that has no more.
  public func number() throws(TorchError) -> Float {
    let elements = try elements()
    guard elements.count == 1 else {
      throw .failed(to: "read a number", message: "the tensor has \(elements.count) elements")
    }
    return elements[0]
  }

  /// The least and the greatest element.
  public func range() throws(TorchError) -> (lower: Float, upper: Float) {
    var lower: Float = 0
    var upper: Float = 0
    try torch.library.check(torch.functions.get_range(reference, &lower, &upper), to: "find a tensor's range")
    return (lower, upper)
  }

  /// Takes over the elements of another tensor of the same shape.
  public func assign(_ source: TorchTensor) throws(TorchError) {
    try torch.library.check(torch.functions.assign(reference, source.reference), to: "copy into a tensor")
  }

  /// Whether ``backward()`` is to find its gradient.
  public func requireGradient(_ isRequired: Bool = true) throws(TorchError) {
    try torch.library.check(torch.functions.require_gradient(reference, isRequired ? 1 : 0), to: "ask for gradients")
  }

  /// The gradient, where ``backward()`` found one.
  public var gradient: TorchTensor? { torch.functions.gradient(reference).map { TorchTensor($0, torch) } }

  /// Forgets the gradient.
  public func clearGradient() throws(TorchError) {
    try torch.library.check(torch.functions.clear_gradient(reference), to: "clear a gradient")
  }

  /// Finds the gradients of this number with respect to all tensors that ask for them.
  public func backward() throws(TorchError) {
    try torch.library.check(torch.functions.backward(reference), to: "find gradients")
  }

  /// A tensor of zeros of the same shape.
  public func zeros() throws(TorchError) -> TorchTensor {
    try torch.make("make a tensor of zeros") { $0.zeros_like(reference) }
  }
}
