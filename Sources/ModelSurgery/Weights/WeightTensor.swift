public import TFLite

/// A tensor of weights: 32-bit floats in row-major order.
public struct WeightTensor: Sendable, Hashable {
  /// The size of each dimension; empty for a scalar.
  public let shape: [Int]
  /// The elements as little-endian floats, four bytes each.
  public let data: Bytes

  /// Creates a tensor from bytes laid out as ``data``, or returns nil if their number does not match the shape.
  public init?(shape: [Int], data: Bytes) {
    guard let count = Self.elementCount(of: shape), data.count % 4 == 0, data.count / 4 == count else { return nil }
    self.shape = shape
    self.data = data
  }

  /// Creates a tensor from elements, or returns nil if their number does not match the shape.
  ///
  /// - Complexity: O(elements).
  public init?(shape: [Int], _ elements: [Float]) {
    let bytes = [UInt8](unsafeUninitializedCapacity: 4 * elements.count) { buffer, initialized in
      let target = UnsafeMutableRawBufferPointer(buffer)
      for (index, element) in elements.enumerated() {
        target.storeBytes(of: element.bitPattern.littleEndian, toByteOffset: 4 * index, as: UInt32.self)
      }
      initialized = 4 * elements.count
    }
    self.init(shape: shape, data: Bytes(bytes))
  }

  /// The number of elements.
  public var count: Int { data.count / 4 }

  /// The elements as an array.
  ///
  /// - Complexity: O(``count``).
  public var elements: [Float] {
    data.withUnsafeBytes { bytes in
      [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
        for index in 0..<count {
          let word = bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
          buffer.initializeElement(at: index, to: Float(bitPattern: UInt32(littleEndian: word)))
        }
        initialized = count
      }
    }
  }

  /// Returns the number of elements of a shape, or nil if a dimension is negative or the product overflows.
  static func elementCount(of shape: [Int]) -> Int? {
    var product = 1
    for dimension in shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflow else { return nil }
      product = next
    }
    return product
  }
}

extension WeightTensor {
  /// Returns the tensor with its dimensions permuted, or nil if `order` is not a permutation of them.
  ///
  /// - Parameter order: For each dimension of the result, its index in this tensor.
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

  /// Returns the tensor in another shape, or nil if that has another number of elements.
  func reshaped(_ shape: [Int]) -> WeightTensor? { WeightTensor(shape: shape, data: data) }
}

/// A tensor as a file describes it: a strided view of its storage.
struct StoredTensor: Sendable {
  let element: WeightElement
  /// The data that the view refers to.
  let storage: Bytes
  /// The index of the first element in the storage.
  let offset: Int
  let shape: [Int]
  /// The stride of each dimension, in elements.
  let strides: [Int]

  /// Creates a view; the parameters are the properties of the same names.
  init(element: WeightElement, storage: Bytes, offset: Int, shape: [Int], strides: [Int]) {
    self.element = element
    self.storage = storage
    self.offset = offset
    self.shape = shape
    self.strides = strides
  }

  /// Creates a view of data in row-major order, or returns nil if the size of the data does not match the shape.
  init?(element: WeightElement, dense data: Bytes, shape: [Int]) {
    guard let count = WeightTensor.elementCount(of: shape), data.count % element.byteCount == 0,
      data.count / element.byteCount == count
    else { return nil }
    // The product of the shape does not overflow, so the products of its suffixes do not either, unless a dimension is
    // zero.
    var strides = shape.map { _ in 0 }
    var product = 1
    for dimension in shape.indices.reversed() where count > 0 {
      strides[dimension] = product
      product *= shape[dimension]
    }
    self.init(element: element, storage: data, offset: 0, shape: shape, strides: strides)
  }

  /// Returns the tensor in row-major order, referenced in place if possible, otherwise copied.
  ///
  /// - Parameters:
  ///   - name: The tensor's name, for errors.
  ///   - budget: How many bytes may still be copied; reduced by the bytes copied.
  /// - Throws: ``WeightsError/badTensor(_:because:)`` if the view exceeds its storage or is invalid, and
  ///   ``WeightsError/outOfProportion(tensor:)``.
  func dense(named name: String, budget: inout Int) throws(WeightsError) -> WeightTensor {
    guard shape.count == strides.count, shape.count <= Self.mostDimensions else {
      throw .badTensor(name, because: "it has \(shape.count) dimensions and \(strides.count) strides")
    }
    guard let count = WeightTensor.elementCount(of: shape), offset >= 0, strides.allSatisfy({ $0 >= 0 }) else {
      throw .badTensor(name, because: "its shape \(shape), strides \(strides) or offset \(offset) are invalid")
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

  /// One past the greatest index that the view touches, or nil if that overflows.
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

  /// Returns the elements in row-major order. The view must have been checked.
  private func gathered(_ count: Int) -> [Float] {
    guard count > 0 else { return [] }
    let rowCount = shape.last ?? 1
    // The stride of a dimension of size 1 is never used and may be any number.
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
          // Advances to the next row, like an odometer.
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

/// The element type of a stored tensor.
enum WeightElement: Sendable, Hashable {
  case float32, float16, bfloat16, float64, int64

  /// The size of an element in bytes.
  var byteCount: Int {
    switch self {
    case .float16, .bfloat16: 2
    case .float32: 4
    case .float64, .int64: 8
    }
  }

  /// Returns the element at an index of little-endian data, as the nearest 32-bit float.
  func value(in bytes: UnsafeRawBufferPointer, at index: Int) -> Float {
    let offset = index * byteCount
    switch self {
    case .float32:
      return Float(bitPattern: .init(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    case .float16:
      return Self.widened(.init(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
    case .bfloat16:
      let half = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
      return Float(bitPattern: UInt32(half) << 16)
    case .float64:
      let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      return Float(Double(bitPattern: word))
    case .int64:
      return Float(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self)))
    }
  }

  // Swift's Float16 is missing on Intel Macs. Every 16-bit float is exact as a 32-bit float.
  private static func widened(_ half: UInt16) -> Float {
    let sign = UInt32(half & 0x8000) << 16
    let exponent = UInt32(half >> 10 & 0x1F)
    let fraction = UInt32(half & 0x3FF)
    switch exponent {
    case 0:
      let magnitude = Float(fraction) / 16_777_216
      return sign == 0 ? magnitude : -magnitude
    case 0x1F: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
