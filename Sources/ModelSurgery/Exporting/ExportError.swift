/// Why a trained network cannot be written as a model.
public enum ExportError: Error, Sendable, Hashable {
  /// The network's parts do not make one.
  case badNetwork(because: String)
  /// The trained ranges lack a layer.
  case missingRange(layer: String)
  /// A trained range is none: an end is infinite or no number, or the ends are in the wrong order.
  case badRange(layer: String, lower: Float, upper: Float)
  /// A layer cannot be stored in bytes.
  case badLayer(String, because: String)
}

extension ExportError: CustomStringConvertible {
  /// A sentence that names what is wrong and, where there is one, the way out.
  public var description: String {
    switch self {
    case .badNetwork(let because):
      "the network cannot be written: \(because)"
    case .missingRange(let layer):
      "the trained ranges say nothing of the layer \(layer): track all layers in training"
    case .badRange(let layer, let lower, let upper):
      "the trained range of the layer \(layer), \(lower) to \(upper), is none: the training went wrong"
    case .badLayer(let layer, let because):
      "the layer \(layer) cannot be stored in bytes: \(because); the training went wrong, or is not done"
    }
  }
}
