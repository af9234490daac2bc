import TFLite

extension BuiltinOperator {
  /// The version of the operator that a runtime must know for inputs of a type; the first for floats and bytes.
  func version(for type: TensorType) -> Int32 {
    switch (self, type) {
    case (.conv2D, .int8), (.depthwiseConv2D, .int8): 3
    case (.fullyConnected, .int8): 4
    case (.quantize, .int8), (.quantize, .uint8): 2
    case (.add, .int8), (.mul, .int8), (.mean, .int8), (.averagePool2D, .int8), (.softmax, .int8),
      (.l2Normalization, .int8), (.dequantize, .int8), (.sub, .int8), (.maxPool2D, .int8), (.relu, .int8),
      (.relu6, .int8), (.pad, .int8), (.concatenation, .int8), (.logistic, .int8), (.tanh, .int8),
      (.transpose, .int8), (.padV2, .int8), (.resizeBilinear, .int8), (.resizeNearestNeighbor, .int8),
      (.stridedSlice, .int8), (.slice, .int8), (.split, .int8), (.maximum, .int8), (.minimum, .int8), (.sum, .int8),
      (.reduceMax, .int8), (.spaceToBatchNd, .int8), (.batchToSpaceNd, .int8), (.depthToSpace, .int8), (.pack, .int8),
      (.argMax, .int8):
      2
    default: 1
    }
  }
}
