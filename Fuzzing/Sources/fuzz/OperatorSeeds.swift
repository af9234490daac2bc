import TFLite

@testable import ModelSurgery

/// One small float model for each operator that is listed, so that every kernel of the runtime is reached.
enum OperatorSeeds {
  static let all: [Model] = same + binary + reductions + moves + layers + integers

  private enum Input {
    case floats([Int32])
    case integers([Int32], shape: [Int32])
    case flags([Int32])
  }

  private static let picture: [Int32] = [1, 4, 4, 3]

  /// Returns a model whose first input is a picture; the others are constants.
  private static func model(
    _ builtin: BuiltinOperator, _ constants: [Input] = [], _ outputs: [[Int32]] = [picture],
    _ options: OperatorOptions? = nil, from first: [Int32] = picture, type: TensorType = .float32,
    to result: TensorType? = nil, isLast: Bool = false
  ) -> Model {
    var model = Model()
    model.version = 3
    model.buffers = [Buffer()]
    var graph = SubGraph()
    graph.tensors = [Tensor(shape: first, type: type, name: "picture")]
    var inputs: [Int32] = []
    for constant in constants {
      let (shape, type, bytes): ([Int32], TensorType, [UInt8]) =
        switch constant {
        case .floats(let shape):
          (shape, .float32, (0..<shape.reduce(1, *)).flatMap { littleEndian((0.1 * Float($0 % 7)).bitPattern) })
        case .integers(let numbers, let shape): (shape, .int32, numbers.flatMap { littleEndian($0) })
        case .flags(let shape): (shape, .bool, (0..<shape.reduce(1, *)).map { UInt8($0 & 1) })
        }
      model.buffers.append(Buffer(Bytes(bytes)))
      graph.tensors.append(Tensor(shape: shape, type: type, buffer: UInt32(model.buffers.count - 1), name: "constant"))
      inputs.append(Int32(graph.tensors.count - 1))
    }
    inputs.insert(0, at: isLast ? inputs.count : 0)
    var made: [Int32] = []
    for shape in outputs {
      graph.tensors.append(Tensor(shape: shape, type: result ?? type, name: "result"))
      made.append(Int32(graph.tensors.count - 1))
    }
    model.operatorCodes = [OperatorCode(builtin)]
    graph.operators = [Operator(opcodeIndex: 0, inputs: inputs, outputs: made, options: options)]
    graph.inputs = [0]
    graph.outputs = [made[0]]
    model.subgraphs = [graph]
    return model
  }

  private static func options(_ name: String, _ values: [String: OptionValue] = [:]) -> OperatorOptions? {
    guard let kind = OptionsKind(name: name) else { return nil }
    var made = OperatorOptions(kind)
    for (field, value) in values { try? made.set(field, to: value) }
    return made
  }

  private static let same: [Model] =
    [
      .abs, .ceil, .cos, .elu, .exp, .floor, .gelu, .hardSwish, .l2Normalization, .leakyRelu, .log, .logistic,
      .logSoftmax, .neg, .relu, .relu6, .relu0To1, .reluN1To1, .round, .rsqrt, .sign, .sin, .softmax, .sqrt, .square,
      .tanh,
      .zerosLike, .localResponseNormalization,
    ].map { (builtin: BuiltinOperator) in
      switch builtin {
      case .softmax: model(builtin, [], [picture], SoftmaxOptions().options)
      case .leakyRelu: model(builtin, [], [picture], options("LeakyReluOptions", ["alpha": .real(0.1)]))
      case .gelu: model(builtin, [], [picture], options("GeluOptions"))
      case .l2Normalization: model(builtin, [], [picture], options("L2NormOptions"))
      case .localResponseNormalization:
        model(
          builtin, [], [picture],
          options(
            "LocalResponseNormalizationOptions",
            ["radius": .integer(1), "bias": .real(1), "alpha": .real(1), "beta": .real(0.5)]))
      default: model(builtin)
      }
    }

  private static let binary: [Model] =
    [
      (.add, "AddOptions"), (.sub, "SubOptions"), (.mul, "MulOptions"), (.div, "DivOptions"),
      (.floorDiv, "FloorDivOptions"), (.floorMod, "FloorModOptions"), (.maximum, "MaximumMinimumOptions"),
      (.minimum, "MaximumMinimumOptions"), (.pow, "PowOptions"), (.squaredDifference, "SquaredDifferenceOptions"),
      (.atan2, ""), (.prelu, ""),
    ].map { (builtin: BuiltinOperator, name: String) in
      model(builtin, [.floats([1, 1, 3])], [picture], options(name))
    }
    + ([.equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual] as [BuiltinOperator]).map {
      model($0, [.floats(picture)], [picture], to: .bool)
    } + [
      model(.addN, [.floats(picture), .floats(picture)], [picture]),
      model(.select, [.flags(picture), .floats(picture)], [picture], isLast: true),
      model(.selectV2, [.flags([1, 1, 1, 3]), .floats(picture)], [picture], isLast: true),
    ]

  private static let reductions: [Model] =
    ([.mean, .sum, .reduceMax, .reduceMin, .reduceProd] as [BuiltinOperator]).map {
      model(
        $0, [.integers([1, 2], shape: [2])], [[1, 1, 1, 3]], options("ReducerOptions", ["keep_dims": .flag(true)]))
    } + [
      model(
        .argMax, [.integers([3], shape: [])], [[1, 4, 4]], options("ArgMaxOptions", ["output_type": .integer(2)]),
        to: .int32),
      model(
        .argMin, [.integers([1], shape: [])], [[1, 4, 3]], options("ArgMinOptions", ["output_type": .integer(2)]),
        to: .int32),
      model(.topkV2, [.integers([2], shape: [])], [[1, 4, 4, 2], [1, 4, 4, 2]]),
      model(.cumsum, [.integers([1], shape: [])], [picture], options("CumsumOptions")),
    ]

  private static let moves: [Model] = [
    model(.reshape, [.integers([1, 48], shape: [2])], [[1, 48]], ReshapeOptions(newShape: [1, 48]).options),
    model(.squeeze, [], [[4, 4, 3]], options("SqueezeOptions", ["squeeze_dims": .integers([0])])),
    model(.expandDims, [.integers([0], shape: [])], [[1, 1, 4, 4, 3]], options("ExpandDimsOptions")),
    model(.transpose, [.integers([0, 3, 1, 2], shape: [4])], [[1, 3, 4, 4]], options("TransposeOptions")),
    model(.pad, [.integers([0, 0, 1, 1, 1, 1, 0, 0], shape: [4, 2])], [[1, 6, 6, 3]], options("PadOptions")),
    model(
      .padV2, [.integers([0, 0, 1, 1, 1, 1, 0, 0], shape: [4, 2]), .floats([1])], [[1, 6, 6, 3]],
      options("PadV2Options")),
    model(
      .mirrorPad, [.integers([0, 0, 1, 1, 1, 1, 0, 0], shape: [4, 2])], [[1, 6, 6, 3]], options("MirrorPadOptions")),
    model(.tile, [.integers([1, 2, 1, 1], shape: [4])], [[1, 8, 4, 3]], options("TileOptions")),
    model(.broadcastTo, [.integers([2, 4, 4, 3], shape: [4])], [[2, 4, 4, 3]], options("BroadcastToOptions")),
    model(.gather, [.integers([2, 0], shape: [2])], [[1, 2, 4, 3]], options("GatherOptions", ["axis": .integer(1)])),
    model(.gatherNd, [.integers([0, 1, 0, 2], shape: [2, 2])], [[2, 4, 3]], options("GatherNdOptions")),
    model(
      .slice, [.integers([0, 1, 1, 0], shape: [4]), .integers([1, 2, 2, 3], shape: [4])], [[1, 2, 2, 3]],
      options("SliceOptions")),
    model(
      .stridedSlice,
      [
        .integers([0, 0, 0, 0], shape: [4]), .integers([1, 4, 4, 3], shape: [4]), .integers([1, 2, 2, 1], shape: [4]),
      ], [[1, 2, 2, 3]], options("StridedSliceOptions")),
    model(.spaceToDepth, [], [[1, 2, 2, 12]], options("SpaceToDepthOptions", ["block_size": .integer(2)])),
    model(
      .depthToSpace, [], [[1, 4, 4, 3]], options("DepthToSpaceOptions", ["block_size": .integer(2)]),
      from: [1, 2, 2, 12]),
    model(
      .spaceToBatchNd, [.integers([2, 2], shape: [2]), .integers([0, 0, 0, 0], shape: [2, 2])], [[4, 2, 2, 3]],
      options("SpaceToBatchNDOptions")),
    model(
      .batchToSpaceNd, [.integers([2, 2], shape: [2]), .integers([0, 0, 0, 0], shape: [2, 2])], [[1, 4, 4, 3]],
      options("BatchToSpaceNDOptions"), from: [4, 2, 2, 3]),
    model(
      .split, [.integers([3], shape: [])], [[1, 4, 4, 1], [1, 4, 4, 1], [1, 4, 4, 1]],
      options("SplitOptions", ["num_splits": .integer(3)]), isLast: true),
    model(
      .splitV, [.integers([1, 2], shape: [2]), .integers([3], shape: [])], [[1, 4, 4, 1], [1, 4, 4, 2]],
      options("SplitVOptions", ["num_splits": .integer(2)])),
    model(
      .unpack, [], [[1, 4, 3], [1, 4, 3], [1, 4, 3], [1, 4, 3]],
      options("UnpackOptions", ["num": .integer(4), "axis": .integer(1)])),
    model(
      .pack, [.floats(picture)], [[2, 1, 4, 4, 3]], options("PackOptions", ["values_count": .integer(2)])),
    model(.concatenation, [.floats([1, 4, 4, 2])], [[1, 4, 4, 5]], ConcatenationOptions(axis: 3).options),
    model(.reverseV2, [.integers([1], shape: [1])], [picture], options("ReverseV2Options")),
    model(
      .reverseSequence, [.integers([2], shape: [1])], [picture],
      options("ReverseSequenceOptions", ["seq_dim": .integer(1)])),
    model(.matrixDiag, [], [[1, 4, 4, 3, 3]], options("MatrixDiagOptions")),
    model(.matrixSetDiag, [.floats([1, 4, 3])], [picture], options("MatrixSetDiagOptions")),
    model(.shape, [], [[4]], options("ShapeOptions", ["out_type": .integer(2)]), to: .int32),
    model(.rank, [], [[]], options("RankOptions"), to: .int32),
    model(
      .resizeBilinear, [.integers([8, 8], shape: [2])], [[1, 8, 8, 3]], options("ResizeBilinearOptions")),
    model(
      .resizeNearestNeighbor, [.integers([2, 2], shape: [2])], [[1, 2, 2, 3]],
      options("ResizeNearestNeighborOptions")),
    model(.cast, [], [picture], options("CastOptions"), to: .int32),
  ]

  private static let layers: [Model] = [
    model(.conv2D, [.floats([2, 3, 3, 3]), .floats([2])], [[1, 4, 4, 2]], Conv2DOptions().options),
    model(.depthwiseConv2D, [.floats([1, 3, 3, 3]), .floats([3])], [picture], DepthwiseConv2DOptions().options),
    model(.fullyConnected, [.floats([2, 48]), .floats([2])], [[1, 2]], FullyConnectedOptions().options),
    model(
      .transposeConv, [.integers([1, 8, 8, 2], shape: [4]), .floats([2, 3, 3, 3])], [[1, 8, 8, 2]],
      options("TransposeConvOptions", ["stride_w": .integer(2), "stride_h": .integer(2)]), isLast: true),
    model(
      .conv3D, [.floats([2, 2, 2, 3, 2]), .floats([2])], [[1, 2, 4, 4, 2]],
      options(
        "Conv3DOptions",
        ["stride_d": .integer(1), "stride_w": .integer(1), "stride_h": .integer(1)]), from: [1, 2, 4, 4, 3]),
    model(.batchMatmul, [.floats([1, 4, 3, 2])], [[1, 4, 4, 2]], options("BatchMatMulOptions")),
    model(
      .averagePool2D, [], [[1, 2, 2, 3]],
      Pool2DOptions(padding: .valid, strideWidth: 2, strideHeight: 2, filterWidth: 2, filterHeight: 2).options),
    model(
      .maxPool2D, [], [[1, 2, 2, 3]],
      Pool2DOptions(padding: .same, strideWidth: 2, strideHeight: 2, filterWidth: 3, filterHeight: 3).options),
    model(
      .l2Pool2D, [], [[1, 2, 2, 3]],
      Pool2DOptions(padding: .valid, strideWidth: 2, strideHeight: 2, filterWidth: 2, filterHeight: 2).options),
  ]

  private static let integers: [Model] = [
    model(
      .oneHot, [.integers([5], shape: []), .floats([]), .floats([])], [[1, 4, 5]],
      options("OneHotOptions", ["axis": .integer(-1)]), from: [1, 4], type: .int32, to: .float32),
    model(.fill, [.integers([1, 4], shape: [2])], [[1, 4]], options("FillOptions"), from: [], isLast: true),
    model(.logicalNot, from: picture, type: .bool),
    model(.logicalAnd, [.flags(picture)], [picture], options("LogicalAndOptions"), type: .bool),
    model(.logicalOr, [.flags(picture)], [picture], options("LogicalOrOptions"), type: .bool),
    model(.reduceAny, [.integers([1], shape: [1])], [[1, 4, 3]], options("ReducerOptions"), type: .bool),
    model(.reduceAll, [.integers([1], shape: [1])], [[1, 4, 3]], options("ReducerOptions"), type: .bool),
    model(.rightShift, [.integers([1, 1, 1], shape: [3])], [picture], type: .int32),
    model(.bitwiseXor, [.integers([1, 1, 1], shape: [3])], [picture], type: .int32),
    model(.broadcastArgs, [.integers([1, 4], shape: [2])], [[2]], from: [2], type: .int32),
    model(.embeddingLookup, [.floats([5, 3])], [[4, 3]], from: [4], type: .int32, to: .float32),
    model(
      .scatterNd, [.floats([2]), .integers([4], shape: [1])], [[4]], options("ScatterNdOptions"), from: [2, 1],
      type: .int32, to: .float32),
    model(
      .sparseToDense, [.integers([6], shape: [1]), .floats([2]), .floats([])], [[6]], options("SparseToDenseOptions"),
      from: [2], type: .int32, to: .float32),
    model(.unique, [], [[4], [4]], options("UniqueOptions", ["idx_out_type": .integer(2)]), from: [4]),
    model(.quantize, [], [picture], options("QuantizeOptions"), to: .int8),
    model(.dequantize, [], [picture], options("DequantizeOptions"), type: .int8, to: .float32),
  ]
}
