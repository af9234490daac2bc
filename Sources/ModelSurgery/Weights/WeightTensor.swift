import TFLite

/// A tensor of weights: 32-bit floats in row-major order, the last dimension running fastest.
public struct WeightTensor: Sendable, Hashable {
  /// The size of each dimension; none for a single number.
  public let shape: [Int]
  /// The elements, little-endian: four bytes each, as many as the product of the shape.
  public let data: Bytes

  /// A tensor of bytes that lie as ``data`` has them, or nil where their number is not that of the shape.
  public init?(shape: [Int], data: Bytes) {
    guard let count = Self.elementCount(of: shape), data.count % 4 == 0, data.count / 4 == count else { return nil }
    self.shape = shape
    self.data = data
  }

  /// A tensor of some numbers, or nil where their count is not that of the shape.
  ///
  /// - Complexity: O(the number of elements).
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

  /// How many elements there are.
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

  /// The product of a shape, or nil where a dimension is negative or the product does not fit.
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
