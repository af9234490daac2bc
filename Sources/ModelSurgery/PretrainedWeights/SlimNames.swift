/// The names of TensorFlow-Slim's variables in a checkpoint of MobileNet v1.
struct SlimNames {
  /// The prefix of all names, such as `MobilenetV1/`.
  let prefix: String

  /// Finds the names in weights; nil if they are not of a MobileNet v1 of Slim.
  init?(in weights: NamedWeights) {
    let prefixes = ["", "FeatureExtractor/"].map { $0 + "MobilenetV1/" }
    guard let found = prefixes.first(where: { Self.stored($0 + "Conv2d_0/weights", in: weights) != nil }) else {
      return nil
    }
    prefix = found
  }

  /// Returns the name of a variable's exponential moving average if it is stored, or else of the variable itself; nil if
  /// neither is stored.
  static func stored(_ path: String, in weights: NamedWeights) -> String? {
    [path + "/ExponentialMovingAverage", path].first { weights[$0] != nil }
  }

  /// Returns a variable's moving average, or else the variable itself; nil if neither is stored.
  func tensor(_ path: String, in weights: NamedWeights) -> WeightTensor? {
    Self.stored(prefix + path, in: weights).flatMap { weights[$0] }
  }

  /// Returns the range of a layer's activations that fake quantisation tracked, or nil if there is none.
  ///
  /// TensorFlow names its variables after the operators, whose scope `MobilenetV1/` is there twice within the base.
  ///
  /// - Throws: ``CoralCheckpointError/badRange(variable:value:)`` for an end that is infinite or NaN, or ends in the wrong
  ///   order.
  func range(ofLayer layer: String, in weights: NamedWeights) throws(CoralCheckpointError) -> ActivationRanges.Range? {
    for path in [prefix + "MobilenetV1/" + layer, prefix + layer] {
      let names = ["min", "max"].map { "\(path)/act_quant/\($0)" }
      let ends = names.map { weights[$0]?.elements ?? [] }
      guard ends.allSatisfy({ $0.count == 1 }) else { continue }
      for (name, end) in zip(names, ends) where !end[0].isFinite { throw .badRange(variable: name, value: end[0]) }
      guard ends[0][0] <= ends[1][0] else { throw .badRange(variable: names[1], value: ends[1][0]) }
      return ActivationRanges.Range(lower: ends[0][0], upper: ends[1][0])
    }
    return nil
  }

  /// Returns the ranges of a network's layers. The mean over the picture has the range of the layer before it, as in
  /// TensorFlow Lite.
  ///
  /// - Throws: ``CoralCheckpointError/badRange(variable:value:)``.
  func ranges(
    of base: Architecture, in weights: NamedWeights
  ) throws(CoralCheckpointError) -> [String: ActivationRanges.Range] {
    var ranges: [String: ActivationRanges.Range] = [:]
    var last: ActivationRanges.Range?
    for layer in base.layers {
      for name in Architecture.names(of: [layer]) {
        if case .mean = layer {} else { last = try range(ofLayer: name, in: weights) }
        ranges[name] = last
      }
    }
    return ranges
  }
}
