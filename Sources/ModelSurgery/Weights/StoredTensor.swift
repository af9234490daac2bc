import TFLite

/// A tensor as a file describes it: a window into some data, one step a dimension.
struct StoredTensor: Sendable {
  let element: WeightElement
  /// The elements that the window lies in.
  let storage: Bytes
  /// The first element's place, in elements.
  let offset: Int
  let shape: [Int]
  /// How many elements apart neighbours lie, for each dimension.
  let strides: [Int]

  /// A window into some data; the parameters are the properties of the same names.
  init(element: WeightElement, storage: Bytes, offset: Int, shape: [Int], strides: [Int]) {
    self.element = element
    self.storage = storage
    self.offset = offset
    self.shape = shape
    self.strides = strides
  }

  /// A tensor whose elements lie in row-major order, or nil where the bytes are not as many as the shape asks for.
  init?(element: WeightElement, dense data: Bytes, shape: [Int]) {
    guard let count = WeightTensor.elementCount(of: shape), data.count % element.byteCount == 0,
      data.count / element.byteCount == count
    else { return nil }
    // The product of the shape fits, so those of its tails do too, unless a dimension is zero.
    var strides = shape.map { _ in 0 }
    var product = 1
    for dimension in shape.indices.reversed() where count > 0 {
      strides[dimension] = product
      product *= shape[dimension]
    }
    self.init(element: element, storage: data, offset: 0, shape: shape, strides: strides)
  }

  /// The tensor in row-major order: referenced where it lies so already, else copied.
  ///
  /// - Parameters:
  ///   - name: The tensor's name, for errors.
  ///   - budget: How many bytes may still be copied; what is copied is taken off.
  /// - Throws: ``WeightsError/badTensor(_:because:)`` where the window leaves the data or makes no sense, and
  ///   ``WeightsError/outOfProportion(tensor:)``.
  func dense(named name: String, budget: inout Int) throws(WeightsError) -> WeightTensor {
    guard shape.count == strides.count, shape.count <= Self.mostDimensions else {
      throw .badTensor(name, because: "it has \(shape.count) dimensions and \(strides.count) strides")
    }
    guard let count = WeightTensor.elementCount(of: shape), offset >= 0, strides.allSatisfy({ $0 >= 0 }) else {
      throw .badTensor(name, because: "its shape \(shape), strides \(strides) or offset \(offset) make no sense")
    }
    let available = storage.count / element.byteCount
    guard let end, end <= available else {
      throw .badTensor(
        name, because: "its shape \(shape) with the strides \(strides) goes beyond the \(available) elements stored")
    }
    if element == .float32, isDense, let slice = storage.slice((4 * offset)..<(4 * (offset + count))),
      let tensor = WeightTensor(shape: shape, data: slice)
    {
      return tensor
    }
    guard count <= budget / 4 else { throw .outOfProportion(tensor: name) }
    budget -= 4 * count
    guard let tensor = WeightTensor(shape: shape, gathered(count)) else {
      throw .badTensor(name, because: "its shape is \(shape)")
    }
    return tensor
  }

  /// One past the greatest place that the window touches, or nil where that is beyond all numbers.
  private var end: Int? {
    if shape.contains(0) { return offset }
    var last = offset
    for (dimension, stride) in zip(shape, strides) {
      let (reach, tooFar) = (dimension - 1).multipliedReportingOverflow(by: stride)
      let (sum, overflow) = last.addingReportingOverflow(reach)
      guard !tooFar, !overflow else { return nil }
      last = sum
    }
    let (end, overflow) = last.addingReportingOverflow(1)
    return overflow ? nil : end
  }

  private var isDense: Bool {
    if shape.contains(0) { return true }
    var expected = 1
    for (dimension, stride) in zip(shape, strides).reversed() where dimension != 1 {
      guard stride == expected else { return false }
      expected *= dimension
    }
    return true
  }

  /// The elements in row-major order; the window has been checked.
  private func gathered(_ count: Int) -> [Float] {
    guard count > 0 else { return [] }
    let rowCount = shape.last ?? 1
    // The step of a dimension of one element is never taken, and may be any number.
    let strides = zip(shape, strides).map { dimension, stride in dimension == 1 ? 0 : stride }
    let rowStride = strides.last ?? 0
    return storage.withUnsafeBytes { bytes in
      [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
        var position = Array(repeating: 0, count: max(0, shape.count - 1))
        var start = offset
        while initialized < count {
          for index in 0..<rowCount {
            buffer.initializeElement(
              at: initialized + index, to: element.value(in: bytes, at: start + index * rowStride))
          }
          initialized += rowCount
          // On to the next row, as an odometer goes on.
          for dimension in position.indices.reversed() {
            position[dimension] += 1
            start += strides[dimension]
            if position[dimension] < shape[dimension] { break }
            start -= position[dimension] * strides[dimension]
            position[dimension] = 0
          }
        }
      }
    }
  }

  private static let mostDimensions = 8
}
