import TFLite

extension Quantization {
  /// Returns the encoding of each computed tensor, and of each constant that does not belong to a layer, by index.
  func encodings(_ ranges: ActivationRanges) throws(QuantizationError) -> [Int32: ElementEncoding] {
    var groups = TensorGroups(count: graph.tensors.count)
    var fixed: [Int32: ElementEncoding] = [
      input: .int8(scale: 1 / pixels.deviation, zeroPoint: Int(pixels.mean.rounded()) - 128)
    ]
    var known: [Int32: ActivationRanges.Range] = [:]
    var members: Set<Int32> = [input]
    for activation in activations {
      guard let range = ranges.ranges[activation.name] else { throw .missingRange(tensor: activation.name) }
      guard range.lower.isFinite, range.upper.isFinite, range.lower <= range.upper else {
        throw .badRange(tensor: activation.name, lower: range.lower, upper: range.upper)
      }
      known[activation.tensor] = range
    }
    let silent = Self.tensorsOnlyClipped(in: stripped)
    for op in graph.operators {
      guard let builtin = stripped.builtinOperator(of: op), let rule = QuantizationRule(of: builtin),
        let output = op.outputs.first
      else { continue }
      members.insert(output)
      switch rule {
      case .layer: continue
      case .fixed(let encoding): fixed[output] = encoding
      case .free, .same: break
      }
      for tensor in op.inputs {
        guard let source = graph.tensor(tensor), source.type == .float32 else { continue }
        members.insert(tensor)
        if rule == .same || silent.contains(tensor) { groups.join(tensor, output) }
        if stripped.constant(source) != nil {
          let numbers = try stripped.floats(of: tensor)
          known[tensor] = ActivationRanges.Range(lower: numbers.min() ?? 0, upper: numbers.max() ?? 0)
        }
      }
    }
    var encodings: [Int32: ElementEncoding] = [:]
    let byGroup = Dictionary(grouping: members) { groups.root(of: $0) }
    for tensors in byGroup.values {
      let prescribed = Set(tensors.compactMap { fixed[$0] })
      guard prescribed.count < 2 else { throw .scalesCollide(tensor: graph.label(of: tensors.min() ?? 0)) }
      let ranges = tensors.compactMap { known[$0] }
      guard let encoding = prescribed.first ?? Self.encoding(of: ranges) else {
        throw .missingRange(tensor: graph.label(of: tensors.min() ?? 0))
      }
      // A prescribed scale may clip at most a step or two of the other tensors that share it.
      if let wanted = prescribed.isEmpty ? nil : Self.encoding(of: ranges), wanted.unit > 1.02 * encoding.unit {
        throw .scalesCollide(tensor: graph.label(of: tensors.min() ?? 0))
      }
      for tensor in tensors { encodings[tensor] = encoding }
    }
    return encodings
  }

  /// Returns 255 steps over all ranges and 0, which padding needs exactly; nil if there is no range.
  private static func encoding(of ranges: [ActivationRanges.Range]) -> ElementEncoding? {
    guard !ranges.isEmpty else { return nil }
    let lower = ranges.reduce(Float(0)) { min($0, $1.lower) }
    let upper = ranges.reduce(Float(0)) { max($0, $1.upper) }
    return ActivationGrid(lower: lower, upper: upper)?.encoding(.int8)
  }
}

/// Sets of tensors that share a scale, as a union-find forest.
private struct TensorGroups {
  private var parents: [Int]

  init(count: Int) { parents = Array(0..<count) }

  mutating func root(of tensor: Int32) -> Int {
    var place = Int(tensor)
    guard parents.indices.contains(place) else { return place }
    while parents[place] != place {
      parents[place] = parents[parents[place]]
      place = parents[place]
    }
    return place
  }

  mutating func join(_ one: Int32, _ other: Int32) {
    let (left, right) = (root(of: one), root(of: other))
    guard parents.indices.contains(left) else { return }
    parents[left] = right
  }
}

/// The requirements of an int8 operator on the scales of its tensors.
enum QuantizationRule: Sendable, Hashable {
  /// A layer with weights, whose scales run along a dimension, and a bias; the output has its own scale.
  case layer(weightScales: Dimension)
  /// The output has its own scale.
  case free
  /// All tensors share one scale, because elements are only moved or selected.
  case same
  /// The output's scale is prescribed.
  case fixed(ElementEncoding)

  /// The dimension of the weights along which the scales run.
  enum Dimension: Sendable, Hashable {
    /// A single scale.
    case none
    /// One scale per index of the first dimension.
    case first
    /// One scale per index of the last dimension.
    case last
  }

  /// Whether the output's range must be measured.
  var needsRange: Bool {
    switch self {
    case .layer, .free: true
    case .same, .fixed: false
    }
  }

  /// Returns the rule of an operator, or nil if it cannot be quantised here.
  init?(of builtin: BuiltinOperator) {
    switch builtin {
    case .conv2D: self = .layer(weightScales: .first)
    case .depthwiseConv2D: self = .layer(weightScales: .last)
    // Older runtimes do not support scales per row.
    case .fullyConnected: self = .layer(weightScales: .none)
    case .add, .sub, .mul, .mean, .relu, .relu6, .hardSwish: self = .free
    case .averagePool2D, .maxPool2D, .reshape, .squeeze, .expandDims, .pad, .concatenation, .transpose: self = .same
    case .softmax, .logistic: self = .fixed(.int8(scale: 1 / 256, zeroPoint: -128))
    case .tanh, .l2Normalization: self = .fixed(.int8(scale: 1 / 128, zeroPoint: 0))
    default: return nil
    }
  }
}
