extension Architecture {
  /// The names and shapes of all weights that the network needs, in the order of its layers, as PyTorch has them.
  public var weights: [(name: String, shape: [Int])] {
    var needed: [(name: String, shape: [Int])] = []
    var channels = 3
    Self.collect(layers, &channels, &needed)
    return needed
  }

  /// Checks that weights are those of the network: none missing, none too many, each of its shape, all numbers finite.
  ///
  /// How many batches a normalisation has seen is no weight: it may be there or not.
  ///
  /// - Throws: ``ConversionError``.
  /// - Complexity: O(the number of elements).
  public func check(_ weights: NamedWeights) throws(ConversionError) {
    let needed = self.weights
    let names = Set(needed.map(\.name))
    let missing = needed.map(\.name).filter { weights[$0] == nil }
    let extra = weights.names.filter { !names.contains($0) && !isCounter($0, names) }
    guard missing.isEmpty, extra.isEmpty else {
      throw .unmatched(architecture: name, missing: missing, extra: extra)
    }
    for (name, shape) in needed {
      guard let tensor = weights[name] else { continue }
      guard tensor.shape == shape else { throw .misshapen(tensor: name, expected: shape, found: tensor.shape) }
      if let place = tensor.elements.firstIndex(where: { !$0.isFinite }) {
        throw .badNumber(tensor: name, because: "its element \(place) is \(tensor.elements[place])")
      }
    }
  }

  /// Whether a name is that of a normalisation's number of batches, which is no weight.
  func isCounter(_ name: String, _ names: Set<String>) -> Bool {
    let ending = ".num_batches_tracked"
    return name.hasSuffix(ending) && names.contains(name.dropLast(ending.count) + ".running_mean")
  }

  private static func collect(
    _ layers: [Layer], _ channels: inout Int, _ needed: inout [(name: String, shape: [Int])]
  ) {
    for layer in layers {
      switch layer {
      case .convolution(_, let weights, let normalization, let outputs, let window, _, _):
        needed.append((weights + ".weight", [outputs, channels, window, window]))
        channels = outputs
        needed += BatchNormalization.names(normalization).map { ($0, [outputs]) }
      case .depthwise(_, let weights, let normalization, let window, _, _):
        needed.append((weights + ".weight", [channels, 1, window, window]))
        needed += BatchNormalization.names(normalization).map { [channels] in ($0, [channels]) }
      case .residual(_, let inner):
        collect(inner, &channels, &needed)
      case .fullyConnected(_, let weights, let outputs):
        needed.append((weights + ".weight", [outputs, channels]))
        needed.append((weights + ".bias", [outputs]))
        channels = outputs
      case .mean, .softmax: break
      }
    }
  }
}
