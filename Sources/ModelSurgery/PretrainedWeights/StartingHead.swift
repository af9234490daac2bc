import TFLite

/// A classifier's last layer, as a file has it behind the embedding x: logits = W f + b, where f is x, or x / ‖x‖.
public struct StartingHead: Sendable, Hashable {
  /// W: `[N, D]`, for N classes and an embedding of D elements; factors of the logits included.
  public let weights: WeightTensor
  /// b: `[N]`, zeros where the file has none.
  public let biases: WeightTensor
  /// Whether f is x / ‖x‖, as in Coral's imprinting layout.
  public let isNormalized: Bool

  /// The layer of a name among weights, or nil where its tensors are not there.
  init?(named name: String, in weights: RenamedWeights) {
    guard let matrix = weights.tensor(name + ".weight"), let biases = weights.tensor(name + ".bias"),
      (matrix.elements + biases.elements).allSatisfy(\.isFinite)
    else { return nil }
    self.weights = matrix
    self.biases = biases
    isNormalized = false
  }

  /// The layer that reads the embedding and whose logits, with or without a softmax, are the model's output; nil where
  /// there is something else.
  ///
  /// - Throws: ``SurgeryError`` where its weights cannot be read.
  init?(behind embedding: GraphReaders.Place, of dimension: Int, in model: Model) throws(SurgeryError) {
    let readers = GraphReaders(of: model)
    var isNormalized = false
    var layer: Operator?
    var place = embedding
    while layer == nil, let (op, next) = readers.only(from: place) {
      switch model.builtinOperator(of: op) {
      case .reshape, .squeeze, .quantize, .dequantize: break
      case .l2Normalization where !isNormalized: isNormalized = true
      case .fullyConnected, .conv2D: layer = op
      default: return nil
      }
      place = next
    }
    guard let layer, let kernel = layer.inputs.dropFirst().first.flatMap({ readers.graph.tensor($0) }),
      let classes = kernel.shape.first.flatMap(Int.init(exactly:)), Int(kernel.shape.last ?? 0) == dimension,
      kernel.elementCount == classes * dimension, Self.isLinear(layer)
    else { return nil }
    guard let factor = Self.factor(from: place, readers, of: model) else { return nil }
    let (values, scales) = try model.realNumbers(of: layer.inputs[1])
    let biases = try model.biases(of: layer, scales: scales)
    guard let matrix = WeightTensor(shape: [classes, dimension], values.map { factor * $0 }),
      let shifts = WeightTensor(shape: [classes], biases.map { factor * $0 })
    else { return nil }
    weights = matrix
    self.biases = shifts
    self.isNormalized = isNormalized
  }

  private static func isLinear(_ op: Operator) -> Bool {
    if let options = op.options.flatMap({ Conv2DOptions($0) }) { return options.activation == .none }
    let options = op.options.flatMap { FullyConnectedOptions($0) } ?? FullyConnectedOptions()
    return options.activation == .none && options.weightsFormat == .standard
  }

  /// What logits are multiplied by on their way to the model's output or a softmax, whose own factor is included; nil
  /// where they do not get there.
  private static func factor(from logits: GraphReaders.Place, _ readers: GraphReaders, of model: Model) -> Float? {
    var factor: Float = 1
    var place = logits
    while !readers.graph.outputs.contains(place.tensor) {
      guard let (op, next) = readers.only(from: place) else { return nil }
      switch model.builtinOperator(of: op) {
      case .reshape, .squeeze, .quantize, .dequantize: break
      case .mul:
        guard let other = op.inputs.first(where: { $0 != place.tensor }),
          let values = try? model.realNumbers(of: other).values, values.count == 1
        else { return nil }
        factor *= values[0]
      case .softmax: return factor * (op.options.flatMap { SoftmaxOptions($0) }?.beta ?? 1)
      default: return nil
      }
      place = next
    }
    return factor
  }
}
