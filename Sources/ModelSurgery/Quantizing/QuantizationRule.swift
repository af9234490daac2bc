import TFLite

/// What an operator asks of the scales of its tensors when it works on int8.
enum QuantizationRule: Sendable, Hashable {
  /// Weights by output channel along a dimension, and a bias; the output has a scale of its own.
  case layer(weightScales: Dimension)
  /// The output has a scale of its own.
  case free
  /// All tensors have one scale: numbers are only moved, or chosen among.
  case same
  /// The output's scale is prescribed.
  case fixed(ElementEncoding)

  /// Along which dimension of the weights the scales run.
  enum Dimension: Sendable, Hashable {
    /// One scale for all.
    case none
    /// One an entry of the first dimension.
    case first
    /// One an entry of the last dimension.
    case last
  }

  /// Whether the output's range has to be measured.
  var needsRange: Bool {
    switch self {
    case .layer, .free: true
    case .same, .fixed: false
    }
  }

  /// The rule of an operator, or nil where it cannot be quantised here.
  init?(of builtin: BuiltinOperator) {
    switch builtin {
    case .conv2D: self = .layer(weightScales: .first)
    case .depthwiseConv2D: self = .layer(weightScales: .last)
    // Scales by row came to the runtimes late.
    case .fullyConnected: self = .layer(weightScales: .none)
    case .add, .sub, .mul, .mean, .relu, .relu6, .hardSwish: self = .free
    case .averagePool2D, .maxPool2D, .reshape, .squeeze, .expandDims, .pad, .concatenation, .transpose: self = .same
    case .softmax, .logistic: self = .fixed(.int8(scale: 1 / 256, zeroPoint: -128))
    case .tanh, .l2Normalization: self = .fixed(.int8(scale: 1 / 128, zeroPoint: 0))
    default: return nil
    }
  }
}
