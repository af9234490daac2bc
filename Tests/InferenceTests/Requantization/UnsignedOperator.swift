import TFLite
import TestMaterial
import Testing

/// One or a few operators after the identity convolution of ``UnsignedGraph``.
struct UnsignedOperator: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// The tolerance between the two forms, in quantisation steps of the output.
  let steps: Float
  /// The operators that stay uint8.
  let left: [String]
  let build: @Sendable (inout UnsignedGraph) -> Void

  init(
    _ name: String, steps: Float = 1, left: [String] = [],
    _ build: @escaping @Sendable (inout UnsignedGraph) -> Void
  ) {
    testDescription = name
    self.steps = steps
    self.left = left
    self.build = build
  }

  var graph: UnsignedGraph {
    var graph = UnsignedGraph()
    build(&graph)
    return graph
  }
}

extension UnsignedOperator {
  static let all = layers + windows + arithmetic + moves + ends

  /// Layers with weights that fit int8, and with weights that do not.
  static let layers = [
    UnsignedOperator("CONV_2D with stride 2 and RELU6") {
      let options = Conv2DOptions(padding: .same, strideWidth: 2, strideHeight: 2, activation: .relu6)
      $0.layer(.conv2D, [16, 3, 3, 8], 16, [1, 3, 3, 16], (0.03, 0), options.options)
    },
    UnsignedOperator("CONV_2D with dilation, VALID") {
      let options = Conv2DOptions(
        padding: .valid, strideWidth: 1, strideHeight: 1, dilationWidth: 2, dilationHeight: 2)
      $0.layer(.conv2D, [5, 3, 3, 8], 5, [1, 2, 2, 5], (0.5, 128), options.options)
    },
    UnsignedOperator("CONV_2D with weights beyond int8", steps: 2) {
      $0.layer(.conv2D, [16, 3, 3, 8], 16, [1, 6, 6, 16], (0.5, 100), Conv2DOptions().options, zeroPoint: 30)
    },
    UnsignedOperator("DEPTHWISE_CONV_2D with multiplier 2, stride 2 and RELU") {
      let options = DepthwiseConv2DOptions(
        padding: .same, strideWidth: 2, strideHeight: 2, depthMultiplier: 2, activation: .relu)
      $0.layer(.depthwiseConv2D, [1, 3, 3, 16], 16, [1, 3, 3, 16], (0.1, 3), options.options)
    },
    UnsignedOperator("DEPTHWISE_CONV_2D with dilation") {
      let options = DepthwiseConv2DOptions(dilationWidth: 2, dilationHeight: 2)
      $0.layer(.depthwiseConv2D, [1, 3, 3, 8], 8, [1, 6, 6, 8], (0.2, 128), options.options)
    },
    UnsignedOperator("DEPTHWISE_CONV_2D with weights beyond int8", steps: 2) {
      let options = DepthwiseConv2DOptions().options
      $0.layer(.depthwiseConv2D, [1, 3, 3, 8], 8, [1, 6, 6, 8], (0.2, 100), options, zeroPoint: 200)
    },
    UnsignedOperator("FULLY_CONNECTED with RELU") {
      $0.layer(.fullyConnected, [10, 288], 10, [1, 10], (0.6, 10), FullyConnectedOptions(activation: .relu).options)
    },
    UnsignedOperator("FULLY_CONNECTED with weights beyond int8", steps: 2) {
      $0.layer(.fullyConnected, [10, 288], 10, [1, 10], (1.2, 120), FullyConnectedOptions().options, zeroPoint: 250)
    },
  ]

  static let windows = [
    UnsignedOperator("AVERAGE_POOL_2D, SAME") {
      let options = Pool2DOptions(padding: .same, strideWidth: 1, strideHeight: 1, filterWidth: 3, filterHeight: 3)
      $0.follow(.averagePool2D, [1, 6, 6, 8], options.options)
    },
    UnsignedOperator("AVERAGE_POOL_2D over everything") {
      let options = Pool2DOptions(padding: .valid, strideWidth: 1, strideHeight: 1, filterWidth: 6, filterHeight: 6)
      $0.follow(.averagePool2D, [1, 1, 1, 8], options.options)
    },
    UnsignedOperator("MAX_POOL_2D", steps: 0) {
      let options = Pool2DOptions(padding: .valid, strideWidth: 2, strideHeight: 2, filterWidth: 2, filterHeight: 2)
      $0.follow(.maxPool2D, [1, 3, 3, 8], options.options)
    },
    UnsignedOperator("RESIZE_BILINEAR") {
      let size = $0.integers("size", [9, 13])
      $0.follow(.resizeBilinear, [1, 9, 13, 8], .named("ResizeBilinear"), and: [size])
    },
    UnsignedOperator("RESIZE_BILINEAR with half pixel centres") {
      let size = $0.integers("size", [12, 12])
      let options = OperatorOptions.named("ResizeBilinear", ["half_pixel_centers": .flag(true)])
      $0.follow(.resizeBilinear, [1, 12, 12, 8], options, and: [size])
    },
    UnsignedOperator("RESIZE_NEAREST_NEIGHBOR", steps: 0) {
      let size = $0.integers("size", [9, 13])
      $0.follow(.resizeNearestNeighbor, [1, 9, 13, 8], .named("ResizeNearestNeighbor"), and: [size])
    },
    UnsignedOperator("MEAN") {
      let axes = $0.integers("axes", [1, 2])
      $0.follow(
        .mean, [1, 8], ReducerOptions(keepsDimensions: false).options, and: [axes], scale: 0.01, zeroPoint: 100)
    },
    UnsignedOperator("MEAN in the scale of its input, keeping dimensions") {
      let axes = $0.integers("axes", [1, 2])
      $0.follow(.mean, [1, 1, 1, 8], ReducerOptions(keepsDimensions: true).options, and: [axes])
    },
    UnsignedOperator("SUM") {
      let axes = $0.integers("axes", [1, 2])
      $0.follow(.sum, [1, 8], ReducerOptions(keepsDimensions: false).options, and: [axes], scale: 0.5)
    },
    UnsignedOperator("REDUCE_MAX", steps: 0) {
      let axes = $0.integers("axes", [1, 2])
      $0.follow(.reduceMax, [1, 8], ReducerOptions(keepsDimensions: false).options, and: [axes])
    },
  ]

  static let arithmetic =
    [(BuiltinOperator.add, "Add"), (.sub, "Sub"), (.mul, "Mul"), (.maximum, "MaximumMinimum")].flatMap { op, kind in
      let steps: Float = op == .maximum ? 0 : 1
      let (scale, zeroPoint): (Float, Int64) = op == .maximum ? (0.05, 120) : op == .mul ? (0.25, 90) : (0.09, 110)
      return [
        UnsignedOperator("\(op.name) of two tensors", steps: steps) {
          let other = $0.blurred(scale: op == .maximum ? 0.05 : 0.03)
          $0.follow(op, [1, 6, 6, 8], .named(kind), and: [other], scale: scale, zeroPoint: zeroPoint)
        },
        UnsignedOperator("\(op.name) of a tensor and a constant", steps: steps) {
          let other =
            op == .maximum
            ? $0.tensor("constant", [8], data: $0.numbers(8))
            : $0.tensor("constant", [8], scale: 0.02, zeroPoint: 77, data: $0.numbers(8))
          $0.follow(op, [1, 6, 6, 8], .named(kind), and: [other], scale: scale, zeroPoint: zeroPoint)
        },
      ]
    } + [
      UnsignedOperator("ADD with RELU6") {
        let other = $0.blurred(scale: 0.03)
        let options = AddOptions(activation: .relu6).options
        $0.follow(.add, [1, 6, 6, 8], options, and: [other], scale: 6 / 255, zeroPoint: 0)
      },
      UnsignedOperator("SUB from a constant") {
        let other = $0.tensor("constant", [1], scale: 0.02, zeroPoint: 0, data: [200])
        let result = $0.tensor("result", [1, 6, 6, 8], scale: 0.1)
        $0.add(.sub, [other, $0.identity], [result], .named("Sub"))
      },
      UnsignedOperator("MUL with an output scale below those of its inputs") {
        let other = $0.tensor("constant", [1], scale: 1.5, zeroPoint: 3, data: [4])
        let options = MulOptions().options
        $0.follow(.mul, [1, 6, 6, 8], options, and: [other], scale: 0.06, zeroPoint: 120)
      },
      UnsignedOperator("MINIMUM", steps: 0) {
        let other = $0.blurred(scale: 0.05)
        $0.follow(.minimum, [1, 6, 6, 8], .named("MaximumMinimum"), and: [other])
      },
      UnsignedOperator("RELU", steps: 0) { $0.follow(.relu, [1, 6, 6, 8]) },
      UnsignedOperator("RELU into another scale") { $0.follow(.relu, [1, 6, 6, 8], scale: 0.03, zeroPoint: 0) },
      UnsignedOperator("RELU6", steps: 0) { $0.follow(.relu6, [1, 6, 6, 8]) },
      UnsignedOperator("LEAKY_RELU") {
        let options = OperatorOptions.named("LeakyRelu", ["alpha": .real(0.2)])
        $0.follow(.leakyRelu, [1, 6, 6, 8], options, scale: 0.04, zeroPoint: 60)
      },
      UnsignedOperator("PRELU") {
        let slopes = $0.tensor("slopes", [1, 1, 8], scale: 0.01, zeroPoint: 100, data: $0.numbers(8))
        $0.follow(.prelu, [1, 6, 6, 8], and: [slopes], scale: 0.08, zeroPoint: 110)
      },
      UnsignedOperator("HARD_SWISH") {
        $0.follow(.hardSwish, [1, 6, 6, 8], .named("HardSwish"), scale: 0.03, zeroPoint: 20)
      },
    ]

  static let moves = [
    UnsignedOperator("PAD", steps: 0) {
      let border = $0.integers("border", [0, 0, 1, 2, 0, 1, 0, 0], [4, 2])
      $0.follow(.pad, [1, 9, 7, 8], .named("Pad"), and: [border])
    },
    UnsignedOperator("PADV2", steps: 0) {
      let border = $0.integers("border", [0, 0, 1, 2, 0, 1, 0, 0], [4, 2])
      let value = $0.tensor("value", [1], data: [7])
      $0.follow(.padV2, [1, 9, 7, 8], .named("PadV2"), and: [border, value])
    },
    UnsignedOperator("RESHAPE and SQUEEZE", steps: 0) {
      let shape = $0.integers("shape", [1, 1, 36, 8])
      let long = $0.tensor("long", [1, 1, 36, 8])
      $0.add(.reshape, [$0.identity, shape], [long], ReshapeOptions(newShape: [1, 1, 36, 8]).options)
      let result = $0.tensor("result", [1, 36, 8])
      $0.add(.squeeze, [long], [result], .named("Squeeze", ["squeeze_dims": .integers([1])]))
    },
    UnsignedOperator("EXPAND_DIMS", steps: 0) {
      let axis = $0.integers("axis", [1])
      $0.follow(.expandDims, [1, 1, 6, 6, 8], .named("ExpandDims"), and: [axis])
    },
    UnsignedOperator("TRANSPOSE", steps: 0) {
      let order = $0.integers("order", [0, 3, 1, 2])
      $0.follow(.transpose, [1, 8, 6, 6], .named("Transpose"), and: [order])
    },
    UnsignedOperator("STRIDED_SLICE", steps: 0) {
      let places = [[0, 1, 0, 2], [1, 6, 5, 8], [1, 2, 1, 3]].map { numbers in numbers.map { Int32($0) } }
      let constants = [$0.integers("start", places[0]), $0.integers("end", places[1]), $0.integers("step", places[2])]
      $0.follow(.stridedSlice, [1, 3, 5, 2], .named("StridedSlice"), and: constants)
    },
    UnsignedOperator("SLICE", steps: 0) {
      let constants = [$0.integers("start", [0, 1, 2, 3]), $0.integers("size", [1, 4, 3, 5])]
      $0.follow(.slice, [1, 4, 3, 5], .named("Slice"), and: constants)
    },
    UnsignedOperator("SPLIT and CONCATENATION", steps: 0) {
      let axis = $0.integers("axis", [3], [])
      let parts = [$0.tensor("left", [1, 6, 6, 4]), $0.tensor("right", [1, 6, 6, 4])]
      $0.add(.split, [axis, $0.identity], parts, .named("Split", ["num_splits": .integer(2)]))
      let result = $0.tensor("result", [1, 6, 6, 8])
      $0.add(.concatenation, parts.reversed(), [result], ConcatenationOptions(axis: 3).options)
    },
    UnsignedOperator("PACK", steps: 0) {
      let other = $0.blurred(scale: 0.05)
      let options = OperatorOptions.named("Pack", ["values_count": .integer(2), "axis": .integer(1)])
      $0.follow(.pack, [1, 2, 6, 6, 8], options, and: [other])
    },
    UnsignedOperator("SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND", steps: 0) {
      let (block, none) = ($0.integers("block", [2, 2]), $0.integers("none", [0, 0, 0, 0], [2, 2]))
      let border = $0.integers("border", [0, 2, 2, 0], [2, 2])
      let batches = $0.tensor("batches", [4, 4, 4, 8])
      $0.add(.spaceToBatchNd, [$0.identity, block, border], [batches], .named("SpaceToBatchND"))
      let result = $0.tensor("result", [1, 8, 8, 8])
      $0.add(.batchToSpaceNd, [batches, block, none], [result], .named("BatchToSpaceND"))
    },
    UnsignedOperator("DEPTH_TO_SPACE", steps: 0) {
      let options = OperatorOptions.named("DepthToSpace", ["block_size": .integer(2)])
      $0.follow(.depthToSpace, [1, 12, 12, 2], options)
    },
    UnsignedOperator("CONCATENATION of differing scales") {
      let other = $0.blurred(scale: 0.03)
      let inputs = [$0.identity, other, $0.identity, other]
      let result = $0.tensor("result", [1, 6, 6, 32], scale: 0.06, zeroPoint: 128)
      $0.add(.concatenation, inputs, [result], ConcatenationOptions(axis: 3).options)
    },
    UnsignedOperator("CONCATENATION into the scale of one input that has other readers") {
      let other = $0.blurred(scale: 0.03)
      let both = $0.tensor("both", [1, 6, 6, 16])
      $0.add(.concatenation, [other, $0.identity], [both], ConcatenationOptions(axis: 3).options)
      let result = $0.tensor("result", [1, 6, 6, 24])
      $0.add(.concatenation, [both, other], [result], ConcatenationOptions(axis: 3).options)
    },
    UnsignedOperator("CONCATENATION with a constant of another scale", left: ["CONCATENATION"]) {
      let other = $0.tensor("constant", [1, 6, 6, 2], scale: 0.03, data: $0.numbers(72))
      $0.follow(.concatenation, [1, 6, 6, 10], ConcatenationOptions(axis: 3).options, and: [other])
    },
    UnsignedOperator("CONCATENATION of scales far apart", left: ["CONCATENATION"]) {
      let large = $0.tensor("large", [1, 6, 6, 8], scale: 40)
      $0.add(.quantize, [$0.identity], [large], .named("Quantize"))
      $0.follow(.concatenation, [1, 6, 6, 16], ConcatenationOptions(axis: 3).options, and: [large])
    },
    UnsignedOperator("CONCATENATION with a constant", steps: 0) {
      let other = $0.tensor("constant", [1, 6, 6, 2], data: $0.numbers(72))
      $0.follow(.concatenation, [1, 6, 6, 10], ConcatenationOptions(axis: 3).options, and: [other])
    },
  ]

  static let ends = [
    UnsignedOperator("SOFTMAX") {
      $0.follow(.softmax, [1, 6, 6, 8], SoftmaxOptions(beta: 1).options, scale: 1 / 256, zeroPoint: 0)
    },
    UnsignedOperator("LOGISTIC") { $0.follow(.logistic, [1, 6, 6, 8], scale: 1 / 256, zeroPoint: 0) },
    UnsignedOperator("TANH") { $0.follow(.tanh, [1, 6, 6, 8], scale: 1 / 128, zeroPoint: 128) },
    UnsignedOperator("L2_NORMALIZATION") {
      $0.follow(.l2Normalization, [1, 6, 6, 8], L2NormOptions().options, scale: 1 / 128, zeroPoint: 128)
    },
    UnsignedOperator("QUANTIZE between scales") {
      $0.follow(.quantize, [1, 6, 6, 8], .named("Quantize"), scale: 0.04, zeroPoint: 99)
    },
    UnsignedOperator("DEQUANTIZE into a float tail", steps: 0) {
      let (real, result) = ($0.plain("real", [1, 6, 6, 8]), $0.plain("result", [1, 6, 6, 8]))
      $0.add(.dequantize, [$0.identity], [real], .named("Dequantize"))
      $0.add(.relu, [real], [result])
    },
    UnsignedOperator("ARG_MAX", steps: 0) {
      let axis = $0.integers("axis", [3], [])
      let place = $0.plain("place", [1, 6, 6], .int32)
      $0.add(.argMax, [$0.identity, axis], [place], .named("ArgMax", ["output_type": .integer(2)]))
    },
    UnsignedOperator("An int8 part between QUANTIZE") {
      let signed = $0.tensor("signed", [1, 6, 6, 8], zeroPoint: -8, type: .int8)
      let positive = $0.tensor("positive", [1, 6, 6, 8], zeroPoint: -8, type: .int8)
      $0.add(.quantize, [$0.identity], [signed], .named("Quantize"))
      $0.add(.relu, [signed], [positive])
      let result = $0.tensor("result", [1, 6, 6, 8], scale: 0.04)
      $0.add(.quantize, [positive], [result], .named("Quantize"))
    },
    UnsignedOperator("An operator that stays uint8 between layers", left: ["SPACE_TO_DEPTH"]) {
      let deep = $0.tensor("deep", [1, 3, 3, 32])
      let options = OperatorOptions.named("SpaceToDepth", ["block_size": .integer(2)])
      $0.add(.spaceToDepth, [$0.identity], [deep], options)
      $0.layer(.conv2D, [4, 1, 1, 32], 4, [1, 3, 3, 4], (0.3, 120), Conv2DOptions().options, of: deep)
    },
  ]
}
