import TFLite

extension Architecture {
  /// Makes a float model of the network: a classifier, or of a ``base`` an embedding extractor.
  ///
  /// Its input is `[1, side, side, 3]` with bytes as (byte − 127.5) / 127.5, in [−1, 1], as all float models here have
  /// it. A product and a sum make (byte − mean) / deviation of that: folding the sum into the first convolution would
  /// be wrong at the border, where the padding is zeros. Batch normalisation is folded into the convolutions. The
  /// tensors have the names of the layers, the input is `image`, the signature `serving_default`. The metadata names the
  /// network and the input's normalisation.
  ///
  /// - Throws: ``ConversionError`` where the weights are not the network's, ``SurgeryError`` where the layers do not
  ///   fit each other.
  /// - Complexity: O(the number of weights).
  public func model(weights: NamedWeights) throws -> Model {
    try check(weights)
    var assembly = NetworkAssembly(weights: weights, epsilon: epsilon)
    let picture = try assembly.normalizedPicture(
      side: side, factor: 127.5 / deviation, shift: (127.5 - mean) / deviation)
    let output = try assembly.add(layers, to: picture)
    var model = assembly.builder.finish(with: output, signature: "serving_default")
    if case .softmax = layers.last {
      try model.describeClassifier(name: name)
    } else {
      try model.describeExtractor(name: name)
    }
    return model
  }
}
