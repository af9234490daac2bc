/// The transform of an embedding x to the features z that a linear head reads. z is always a unit vector.
public enum FeatureTransform: String, Sendable, Hashable, Codable {
  /// z = x / ‖x‖, as in weight imprinting.
  case plain
  /// z = √x / ‖√x‖ by element, for embeddings without negative elements; negative elements count as 0.
  case root
  /// z = s / ‖s‖ with s = sign(x) √|x| by element.
  case signedRoot

  /// Returns the features of an embedding, given in quantisation steps; zeros if all transformed elements are zero.
  public func features(of steps: [Float]) -> [Double] {
    var features = [Double](repeating: 0, count: steps.count)
    features.withUnsafeMutableBufferPointer { features in
      steps.withUnsafeBufferPointer { write($0, into: features) }
    }
    return features
  }

  /// Writes the features of an embedding, given in quantisation steps; zeros if all transformed elements are zero.
  ///
  /// A positive factor of x does not change z, so steps give the same result as real numbers.
  package func write(_ steps: UnsafeBufferPointer<Float>, into features: UnsafeMutableBufferPointer<Double>) {
    let count = min(steps.count, features.count)
    for index in 0..<count { features[index] = value(of: Double(steps[index])) }
    Self.setLength(of: UnsafeMutableBufferPointer(rebasing: features[..<count]), to: 1)
  }

  /// Returns the value of an element before the vector's length is set to 1.
  @inlinable
  package func value(of step: Double) -> Double {
    switch self {
    case .plain: step
    case .root: step > 0 ? step.squareRoot() : 0
    case .signedRoot: step < 0 ? -((-step).squareRoot()) : step.squareRoot()
    }
  }

  /// Scales a vector to a length; a vector of zeros is not changed.
  package static func setLength(of vector: UnsafeMutableBufferPointer<Double>, to length: Double) {
    let square = square(of: UnsafeBufferPointer(vector))
    guard square > 0 else { return }
    let factor = length / square.squareRoot()
    for index in vector.indices { vector[index] *= factor }
  }

  /// Returns ‖x‖².
  package static func square(of vector: UnsafeBufferPointer<Double>) -> Double {
    // Computes eight sums at once: in a single sum, each addition would wait for the one before.
    var sums = SIMD8<Double>()
    let whole = vector.count - vector.count % 8
    for index in stride(from: 0, to: whole, by: 8) {
      for lane in 0..<8 { sums[lane] += vector[index + lane] * vector[index + lane] }
    }
    var square = sums.sum()
    for index in whole..<vector.count { square += vector[index] * vector[index] }
    return square
  }
}
