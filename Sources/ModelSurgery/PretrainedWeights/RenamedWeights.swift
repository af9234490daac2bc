/// Weights of a file under the names that a network has for them.
///
/// A name may have `module.`, `model.` or `base.` before it, as wrappers of PyTorch put there. The names and the orders of
/// dimensions of TensorFlow's slim are known for the networks that are named as slim names them: then what is not the
/// network's is left out, and averages over the training are taken where there are such.
struct RenamedWeights {
  /// The names, in the file's order or, of slim's, in the network's.
  let names: [String]
  /// Whether tensors that are not the network's are left out.
  let isSelection: Bool

  private let weights: NamedWeights
  private let sources: [String: Source]

  /// A tensor of the file, and what becomes of it.
  private struct Source {
    let name: String
    var order: [Int]?
    /// How many of the last dimensions are left out, which are 1.
    var dropped = 0
  }

  /// - Complexity: O(the number of tensors); nothing is read.
  init(_ weights: NamedWeights, for architecture: Architecture) {
    self.weights = weights
    let prefix = ["", "FeatureExtractor/"].map { $0 + "MobilenetV1/" }
      .first { prefix in Self.averaged(prefix + "Conv2d_0/weights").contains { weights[$0] != nil } }
    var sources: [String: Source] = [:]
    var names: [String] = []
    if let prefix {
      for (name, source) in Self.slim(architecture.layers) {
        let path = prefix + source.name
        guard let found = Self.averaged(path).first(where: { weights[$0] != nil }) else { continue }
        names.append(name)
        sources[name] = Source(name: found, order: source.order, dropped: source.dropped)
      }
    } else {
      for name in weights.names {
        let short = Self.short(name)
        if sources[short] == nil { names.append(short) }
        // A name that stands in the file as it is goes before one that has been shortened.
        if sources[short] == nil || short == name { sources[short] = Source(name: name) }
      }
    }
    self.names = names
    isSelection = prefix != nil
    self.sources = sources
  }

  /// The shape of a tensor, or nil where there is none of the name.
  func shape(_ name: String) -> [Int]? {
    guard let source = sources[name], let shape = weights[source.name]?.shape else { return nil }
    guard let order = source.order, order.count == shape.count else { return shape }
    return Self.cut(order.map { shape[$0] }, source.dropped)
  }

  /// A tensor, or nil where there is none of the name.
  ///
  /// - Complexity: O(the number of its elements), where its dimensions come in another order.
  func tensor(_ name: String) -> WeightTensor? {
    guard let source = sources[name], let tensor = weights[source.name] else { return nil }
    guard let order = source.order, let permuted = tensor.permuted(order) else { return tensor }
    return permuted.reshaped(Self.cut(permuted.shape, source.dropped))
  }

  /// The tensors of some names that are there.
  func tensors(_ names: [String]) -> NamedWeights {
    NamedWeights(names.compactMap { name in tensor(name).map { (name, $0) } })
  }

  /// Where the average of a tensor over the training is, and where the tensor.
  private static func averaged(_ path: String) -> [String] { [path + "/ExponentialMovingAverage", path] }

  private static func cut(_ shape: [Int], _ count: Int) -> [Int] {
    shape.suffix(count).allSatisfy { $0 == 1 } ? shape.dropLast(count) : shape
  }

  private static func short(_ name: String) -> String {
    var short = name[...]
    while let wrapper = ["module.", "model.", "base."].first(where: { short.hasPrefix($0) }) {
      short = short.dropFirst(wrapper.count)
    }
    return String(short)
  }

  /// What slim calls the weights of some layers.
  private static func slim(_ layers: [Architecture.Layer]) -> [(name: String, source: Source)] {
    layers.flatMap { layer -> [(name: String, source: Source)] in
      switch layer {
      case .convolution(_, let weights, let normalization, _, _, _, _):
        // Rows, columns, inputs, outputs.
        [(weights + ".weight", Source(name: weights + "/weights", order: [3, 2, 0, 1]))] + slim(normalization)
      case .depthwise(_, let weights, let normalization, _, _, _):
        // Rows, columns, channels, 1.
        [(weights + ".weight", Source(name: weights + "/depthwise_weights", order: [2, 3, 0, 1]))]
          + slim(normalization)
      case .fullyConnected(_, let weights, _):
        // A convolution with windows of 1: 1, 1, inputs, outputs.
        [
          (weights + ".weight", Source(name: weights + "/Conv2d_1c_1x1/weights", order: [3, 2, 0, 1], dropped: 2)),
          (weights + ".bias", Source(name: weights + "/Conv2d_1c_1x1/biases")),
        ]
      case .residual(_, let inner): slim(inner)
      case .mean, .softmax: []
      }
    }
  }

  private static func slim(_ normalization: String) -> [(name: String, source: Source)] {
    let path = String(normalization.map { $0 == "." ? "/" : $0 })
    return zip(BatchNormalization.names(normalization), ["gamma", "beta", "moving_mean", "moving_variance"])
      .map { ($0, Source(name: "\(path)/\($1)")) }
  }
}

extension NamedWeights {
  /// The weights under the names that a network has for them, whatever of the known ways the file calls them:
  /// the names of TensorFlow's slim, or names with `module.`, `model.` or `base.` before them.
  ///
  /// - Complexity: O(the number of weights).
  public func named(for architecture: Architecture) -> NamedWeights {
    let renamed = RenamedWeights(self, for: architecture)
    return renamed.tensors(renamed.names)
  }
}
