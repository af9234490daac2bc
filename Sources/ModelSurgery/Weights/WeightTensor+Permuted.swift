extension WeightTensor {
  /// The tensor with its dimensions in another order, or nil where those named are not all of them, each once.
  ///
  /// - Parameter order: For each dimension of the result, the one that it is of this tensor.
  /// - Complexity: O(``count``).
  func permuted(_ order: [Int]) -> WeightTensor? {
    guard order.sorted() == Array(shape.indices),
      let stored = StoredTensor(element: .float32, dense: data, shape: shape)
    else { return nil }
    var budget = 4 * count
    let window = StoredTensor(
      element: .float32, storage: data, offset: 0, shape: order.map { shape[$0] },
      strides: order.map { stored.strides[$0] })
    return try? window.dense(named: "", budget: &budget)
  }

  /// The tensor in another shape of as many elements, or nil where it has not as many.
  func reshaped(_ shape: [Int]) -> WeightTensor? { WeightTensor(shape: shape, data: data) }
}
