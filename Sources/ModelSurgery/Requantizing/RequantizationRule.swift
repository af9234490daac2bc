import TFLite

/// What an operator of uint8 tensors asks of them to be run on int8 ones instead, 128 lower.
enum RequantizationRule: Sendable, Hashable {
  /// A layer with weights: one scale for each index of a dimension of them, or one in all.
  case layer(weightScales: QuantizationRule.Dimension)
  /// The numbers are only moved or compared: all tensors stand for real numbers in the same way.
  case same
  /// The numbers are only moved, and those of a computed tensor that stand for real numbers in another way than the
  /// result's are brought to its scale before.
  case rescaled
  /// Every tensor has a scale of its own.
  case free
  /// The result's scale and zero point, as uint8, are the ones that the runtime prescribes.
  case fixed(scale: Float, zeroPoint: Int64)
  /// The result, or what is read, may be of another type.
  case conversion

  /// The rule of an operator, or nil for one that stays as it is.
  init?(of builtin: BuiltinOperator) {
    switch builtin {
    case .conv2D: self = .layer(weightScales: .first)
    case .depthwiseConv2D: self = .layer(weightScales: .last)
    // Scales by row came to the runtimes late.
    case .fullyConnected: self = .layer(weightScales: .none)
    case .averagePool2D, .maxPool2D, .reshape, .squeeze, .expandDims, .pad, .padV2, .transpose,
      .resizeBilinear, .resizeNearestNeighbor, .stridedSlice, .slice, .split, .maximum, .minimum, .reduceMax,
      .spaceToBatchNd, .batchToSpaceNd, .depthToSpace, .pack:
      self = .same
    case .concatenation: self = .rescaled
    case .add, .sub, .mul, .mean, .sum, .relu, .relu6, .prelu, .leakyRelu, .hardSwish: self = .free
    case .softmax, .logistic: self = .fixed(scale: 1 / 256, zeroPoint: 0)
    case .tanh, .l2Normalization: self = .fixed(scale: 1 / 128, zeroPoint: 128)
    case .quantize, .dequantize, .argMax: self = .conversion
    default: return nil
    }
  }
}
