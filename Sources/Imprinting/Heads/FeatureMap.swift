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
    var square = 0.0
    for index in 0..<count {
      let step = Double(steps[index])
      let value =
        switch self {
        case .plain: step
        case .root: step > 0 ? step.squareRoot() : 0
        case .signedRoot: step < 0 ? -((-step).squareRoot()) : step.squareRoot()
        }
      features[index] = value
      square += value * value
    }
    guard square > 0 else { return }
    let factor = 1 / square.squareRoot()
    for index in 0..<count { features[index] *= factor }
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
