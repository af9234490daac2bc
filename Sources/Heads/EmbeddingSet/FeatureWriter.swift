import ModelSurgery
import TFLite

/// Computes the features of stored embeddings, and sums their steps. For quantised embeddings it uses a table of the
/// transform's value for each of the 256 values of a byte.
struct FeatureWriter: Sendable, Hashable {
  let transform: FeatureTransform
  let dimension: Int
  let element: EmbeddingSpace.Element
  let zeroPoint: Double
  // The transform's value for each byte, before the vector is scaled to its length; empty for floats.
  let values: [Double]
  // The squares of these values; empty for floats.
  let squares: [Int]

  /// - Parameters:
  ///   - space: The space of the embeddings.
  ///   - transform: The feature transform, or nil for that of the space.
  init(_ space: EmbeddingSpace, transform: FeatureTransform? = nil) {
    let transform = transform ?? space.transform
    self.transform = transform
    dimension = space.dimension
    element = space.element
    zeroPoint = Double(space.zeroPoint)
    let numbers: [Double] =
      switch space.element {
      case .uint8: (0..<256).map(Double.init)
      case .int8: (0..<256).map { Double(Int8(truncatingIfNeeded: $0)) }
      case .float32: []
      }
    values = numbers.map { [zeroPoint] in transform.value(of: $0 - zeroPoint) }
    squares = numbers.map { [zeroPoint] in
      let step = Int($0 - zeroPoint)
      return switch transform {
      case .plain: step * step
      case .root: max(0, step)
      case .signedRoot: abs(step)
      }
    }
  }

  /// Returns whether all elements are finite; bytes always are.
  func areFinite(_ embeddings: Bytes) -> Bool {
    guard element == .float32 else { return true }
    return embeddings.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).allSatisfy { Self.float(bytes, $0).isFinite }
    }
  }

  /// Adds f times the steps of all views to a sum.
  ///
  /// - Parameters:
  ///   - embeddings: The embeddings of any number of views.
  ///   - sum: D numbers.
  ///   - factor: f.
  func addSteps(_ embeddings: Bytes, to sum: inout [Double], factor: Double) {
    embeddings.withUnsafeBytes { bytes in
      sum.withUnsafeMutableBufferPointer { sum in
        guard sum.count == dimension, dimension > 0 else { return }
        for view in 0..<bytes.count / (dimension * element.byteCount) {
          let start = view * dimension
          switch element {
          case .uint8:
            for index in 0..<dimension { sum[index] += factor * (Double(bytes[start + index]) - zeroPoint) }
          case .int8:
            for index in 0..<dimension {
              sum[index] += factor * (Double(Int8(bitPattern: bytes[start + index])) - zeroPoint)
            }
          case .float32:
            for index in 0..<dimension { sum[index] += factor * Double(Self.float(bytes, start + index)) }
          }
        }
      }
    }
  }

  /// Writes the features of a view, times a factor; writes zeros where the transform turns all elements into zero.
  ///
  /// - Parameters:
  ///   - view: The index of the view.
  ///   - embeddings: The embeddings of all views.
  ///   - features: D numbers to overwrite.
  ///   - factor: The factor.
  func write(
    view: Int, of embeddings: Bytes, into features: UnsafeMutableBufferPointer<Double>, factor: Double = 1
  ) {
    embeddings.withUnsafeBytes { bytes in
      let start = view * dimension
      guard features.count == dimension, bytes.count >= (start + dimension) * element.byteCount else { return }
      if element == .float32 {
        for index in 0..<dimension { features[index] = transform.value(of: Double(Self.float(bytes, start + index))) }
      } else {
        values.withUnsafeBufferPointer { values in
          for index in 0..<dimension { features[index] = values[Int(bytes[start + index])] }
        }
      }
      FeatureTransform.setLength(of: features, to: factor)
    }
  }

  static func float(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Float {
    Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
  }
}
