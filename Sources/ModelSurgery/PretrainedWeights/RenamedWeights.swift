/// The weights of a file under a network's own names.
///
/// A name may have the prefix `module.`, `model.` or `base.`, as wrappers of PyTorch add it. TensorFlow-Slim's names
/// and orders of dimensions are supported for networks whose layers have Slim's names. Tensors that do not belong to
/// the network are then ignored, and exponential moving averages are used if there are any.
struct RenamedWeights {
  /// The names, in the file's order or, from Slim, in the network's.
  let names: [String]
  /// Whether tensors that do not belong to the network were ignored.
  let isSelection: Bool

  private let weights: NamedWeights
  private let sources: [String: Source]

  /// A tensor of the file, and its transposition.
  private struct Source {
    let name: String
    var order: [Int]?
    /// The number of last dimensions, all 1, that are dropped.
    var dropped = 0
  }

  /// - Complexity: O(the number of tensors); nothing is read.
  init(_ weights: NamedWeights, for architecture: Architecture) {
    self.weights = weights
    let prefix = SlimNames(in: weights)?.prefix
    var sources: [String: Source] = [:]
    var names: [String] = []
    if let prefix {
      for (name, source) in Self.slim(architecture.layers) {
        let path = prefix + source.name
        guard let found = SlimNames.stored(path, in: weights) else { continue }
        names.append(name)
        sources[name] = Source(name: found, order: source.order, dropped: source.dropped)
      }
    } else {
      for name in weights.names {
        let short = Self.short(name)
        if sources[short] == nil { names.append(short) }
        // An unshortened name takes precedence over a name that was shortened to it.
        if sources[short] == nil || short == name { sources[short] = Source(name: name) }
      }
    }
    self.names = names
    isSelection = prefix != nil
    self.sources = sources
  }

  /// Returns the shape of a tensor, or nil if there is none of the name.
  func shape(_ name: String) -> [Int]? {
    guard let source = sources[name], let shape = weights[source.name]?.shape else { return nil }
    guard let order = source.order, order.count == shape.count else { return shape }
    return Self.cut(order.map { shape[$0] }, source.dropped)
  }

  /// Returns a tensor, or nil if there is none of the name.
  ///
  /// - Complexity: O(the number of its elements) if its dimensions are in another order.
  func tensor(_ name: String) -> WeightTensor? {
    guard let source = sources[name], let tensor = weights[source.name] else { return nil }
    guard let order = source.order, let permuted = tensor.permuted(order) else { return tensor }
    return permuted.reshaped(Self.cut(permuted.shape, source.dropped))
  }

  /// Returns the tensors of some names, without those that are missing.
  func tensors(_ names: [String]) -> NamedWeights {
    NamedWeights(names.compactMap { name in tensor(name).map { (name, $0) } })
  }

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

  /// Returns Slim's names for the weights of some layers.
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
  /// Returns the weights under a network's own names, from its own names with the prefix `module.`, `model.` or `base.`, or
  /// from those of TensorFlow-Slim.
  ///
  /// - Complexity: O(the number of weights).
  public func named(for architecture: Architecture) -> NamedWeights {
    let renamed = RenamedWeights(self, for: architecture)
    return renamed.tensors(renamed.names)
  }
}

/// How the tensors of a file differ from those of a network's base.
struct WeightDifference {
  /// The names that the network has and the file lacks.
  let missing: [String]
  /// The names that the file has and the network lacks.
  let extra: [String]
  /// The tensors with different shapes.
  let misshapen: [PretrainedWeightsError.Shapes]
  /// The name of the head: a linear layer that reads the embedding, if the file holds no other tensors besides the
  /// base's.
  let head: String?

  /// Whether the file holds the base, and nothing else but a head.
  var isNone: Bool { missing.isEmpty && extra.isEmpty && misshapen.isEmpty }

  init(of weights: RenamedWeights, from base: Architecture) {
    let needed = base.weights
    missing = needed.map(\.name).filter { weights.shape($0) == nil }
    misshapen = needed.compactMap { name, shape in
      weights.shape(name).flatMap {
        $0 == shape ? nil : PretrainedWeightsError.Shapes(tensor: name, expected: shape, found: $0)
      }
    }
    let names = Set(needed.map(\.name))
    let extra = weights.names.filter { !names.contains($0) && !base.isCounter($0, names) }
    head = Self.head(among: extra, of: weights, dimension: base.outputs)
    self.extra = head == nil && !weights.isSelection ? extra : []
  }

  private static func head(among extra: [String], of weights: RenamedWeights, dimension: Int) -> String? {
    guard extra.count == 2, let matrix = extra.first(where: { $0.hasSuffix(".weight") }) else { return nil }
    let name = String(matrix.dropLast(".weight".count))
    guard extra.contains(name + ".bias"), let rows = weights.shape(matrix), rows.count == 2, rows[1] == dimension,
      weights.shape(name + ".bias") == [rows[0]]
    else { return nil }
    return name
  }
}
