/// What an embedding x is turned into before a linear head sees it. The result is always a unit vector.
public enum FeatureMap: String, Sendable, Hashable, Codable {
  /// z = x / ‖x‖, what weight imprinting takes.
  case plain
  /// z = √x / ‖√x‖ for embeddings that cannot be negative; what is, counts as 0.
  case root
  /// z = s / ‖s‖ with s = sign(x) √|x|.
  case signedRoot

  /// Writes the features of an embedding's steps; zeros where all of them are.
  ///
  /// A positive factor on x changes nothing, so that steps do as well as real numbers.
  func write(_ steps: UnsafeBufferPointer<Float>, into features: UnsafeMutableBufferPointer<Double>) {
    let count = min(steps.count, features.count)
    for index in 0..<count { features[index] = value(of: Double(steps[index])) }
    Self.setLength(of: UnsafeMutableBufferPointer(rebasing: features[..<count]), to: 1)
  }

  /// What an element becomes before the vector's length is made 1.
  func value(of step: Double) -> Double {
    switch self {
    case .plain: step
    case .root: step > 0 ? step.squareRoot() : 0
    case .signedRoot: step < 0 ? -((-step).squareRoot()) : step.squareRoot()
    }
  }

  /// Multiplies a vector so that its length is another; zeros stay.
  static func setLength(of vector: UnsafeMutableBufferPointer<Double>, to length: Double) {
    let square = square(of: UnsafeBufferPointer(vector))
    guard square > 0 else { return }
    let factor = length / square.squareRoot()
    for index in vector.indices { vector[index] *= factor }
  }

  /// ‖x‖².
  static func square(of vector: UnsafeBufferPointer<Double>) -> Double {
    // Eight sums at once: one after the other each addition would wait for the last.
    var sums = SIMD8<Double>()
    let whole = vector.count - vector.count % 8
    for index in stride(from: 0, to: whole, by: 8) {
      for lane in 0..<8 { sums[lane] += vector[index + lane] * vector[index + lane] }
    }
    var square = sums.sum()
    for index in whole..<vector.count { square += vector[index] * vector[index] }
    return square
  }

  /// The features of an embedding.
  public func features(of steps: [Float]) -> [Double] {
    var features = [Double](repeating: 0, count: steps.count)
    features.withUnsafeMutableBufferPointer { features in
      steps.withUnsafeBufferPointer { write($0, into: features) }
    }
    return features
  }
}
