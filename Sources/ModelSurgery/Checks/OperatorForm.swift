public import TFLite

/// The number of inputs and outputs that the runtime's kernels take for granted.
///
/// A kernel that finds fewer inputs than it reads, or fewer outputs than it writes, ends the process.
struct OperatorForm {
  /// The number of inputs that must be present.
  let needed: Int
  /// Whether all further inputs must be present too; else they are optional, and may be −1.
  let isList: Bool
  /// The number of outputs.
  let outputs: Outputs

  enum Outputs {
    case exactly(Int)
    /// As many as the integer option of this name says.
    case option(String)
  }

  /// Returns the form of an operator; nil for one that is not listed.
  static func of(_ op: BuiltinOperator) -> OperatorForm? { all[op] }

  private init(_ needed: Int, isList: Bool = false, outputs: Outputs = .exactly(1)) {
    self.needed = needed
    self.isList = isList
    self.outputs = outputs
  }

  private static let all: [BuiltinOperator: OperatorForm] = {
    var forms: [BuiltinOperator: OperatorForm] = [:]
    func add(_ form: OperatorForm, _ ops: BuiltinOperator...) { for op in ops { forms[op] = form } }
    add(
      OperatorForm(1), .abs, .cast, .ceil, .cos, .dequantize, .elu, .exp, .floor, .gelu, .hardSwish, .l2Normalization,
      .leakyRelu, .log, .logicalNot, .logistic, .logSoftmax, .neg, .quantize, .rank, .relu, .relu6, .relu0To1,
      .reluN1To1,
      .round, .rsqrt, .shape, .sign, .sin, .softmax, .sqrt, .square, .tanh, .zerosLike, .averagePool2D, .maxPool2D,
      .l2Pool2D, .localResponseNormalization, .spaceToDepth, .depthToSpace, .squeeze, .fakeQuant, .matrixDiag, .reshape)
    add(
      OperatorForm(2), .add, .sub, .mul, .div, .floorDiv, .floorMod, .maximum, .minimum, .pow, .squaredDifference,
      .atan2,
      .rightShift, .bitwiseXor, .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual, .logicalAnd, .logicalOr,
      .prelu, .expandDims, .transpose, .pad, .mirrorPad, .tile, .gather, .gatherNd, .mean, .sum, .reduceMax, .reduceMin,
      .reduceProd, .reduceAny, .reduceAll, .argMax, .argMin, .resizeBilinear, .resizeNearestNeighbor, .batchMatmul,
      .fill,
      .broadcastTo, .broadcastArgs, .reverseV2, .cumsum, .embeddingLookup, .reverseSequence, .matrixSetDiag, .conv2D,
      .depthwiseConv2D, .fullyConnected, .conv3D)
    add(
      OperatorForm(3), .padV2, .spaceToBatchNd, .batchToSpaceNd, .select, .selectV2, .slice, .range, .scatterNd,
      .transposeConv, .conv3DTranspose)
    add(OperatorForm(4), .stridedSlice, .oneHot, .sparseToDense)
    add(OperatorForm(1, isList: true), .concatenation, .pack, .addN)
    add(OperatorForm(2, outputs: .exactly(2)), .topkV2)
    add(OperatorForm(1, outputs: .exactly(2)), .unique)
    add(OperatorForm(2, outputs: .option("num_splits")), .split)
    add(OperatorForm(3, outputs: .option("num_splits")), .splitV)
    add(OperatorForm(1, outputs: .option("num")), .unpack)
    return forms
  }()

  /// The operators of ordinary classifiers, for which the checks of this folder, and those of the runtime, cover all that a file
  /// can do. A model with others may crash the runtime.
  static let proven: Set<BuiltinOperator> = [
    .abs, .add, .averagePool2D, .concatenation, .conv2D, .depthwiseConv2D, .dequantize, .expandDims, .fullyConnected,
    .hardSwish, .l2Normalization, .leakyRelu, .logistic, .maximum, .maxPool2D, .mean, .minimum, .mul, .pack, .pad,
    .prelu, .quantize, .reduceMax, .relu, .relu6, .relu0To1, .reluN1To1, .reshape, .rsqrt, .shape, .softmax, .sqrt,
    .square, .squaredDifference, .squeeze, .stridedSlice, .sub, .sum, .tanh, .transpose,
  ]

  /// Operators that call other graphs of the model, which may call them again, or for ever.
  static let calls: Set<BuiltinOperator> = {
    let later = [
      "STABLEHLO_WHILE", "STABLEHLO_CASE", "STABLEHLO_COMPOSITE", "STABLEHLO_REDUCE", "STABLEHLO_REDUCE_WINDOW",
      "STABLEHLO_SORT", "STABLEHLO_SCATTER", "STABLEHLO_CUSTOM_CALL",
    ]
    return Set([.call, .if, .while] + later.compactMap { BuiltinOperator(name: $0) })
  }()
}

extension Model {
  /// The names of the operators that ``checkRunnable()`` does not fully check, each once, in alphabetical order. Try a model
  /// that has any in a separate process before it runs.
  public var unprovenOperators: [String] {
    let others = operatorCodes.filter { $0.builtinCode == .custom || !OperatorForm.proven.contains($0.builtinCode) }
    return Set(others.map { $0.customCode?.string ?? $0.builtinCode.name }).sorted()
  }

  /// Checks the number of an operator's inputs and outputs, and that it calls no other graph.
  ///
  /// - Throws: ``SurgeryError/badOperator(_:number:because:)``.
  func checkForm(of op: Operator, number: Int) throws(SurgeryError) {
    guard let builtin = builtinOperator(of: op) else { return }
    func bad(_ reason: String) -> SurgeryError { .badOperator(name(of: op), number: number, because: reason) }
    guard !OperatorForm.calls.contains(builtin) else { throw .runsGraph(builtin.name, number: number) }
    if builtin == .callOnce {
      let target = op.options?.integer("init_subgraph_index").flatMap { Int(exactly: $0) } ?? 0
      guard subgraphs.indices.contains(target), target > 0,
        !subgraphs[target].operators.contains(where: { builtinOperator(of: $0) == .callOnce })
      else { throw bad("it calls a graph that is missing or calls others") }
    }
    guard let form = OperatorForm.of(builtin) else { return }
    guard op.inputs.count >= form.needed, op.inputs.prefix(form.needed).allSatisfy({ $0 >= 0 }),
      !form.isList || op.inputs.allSatisfy({ $0 >= 0 })
    else {
      let count = form.needed == 1 ? "1 input" : "\(form.needed) inputs"
      throw bad("it needs \(count) and has \(op.inputs)")
    }
    let outputs: Int
    switch form.outputs {
    case .exactly(let count): outputs = count
    case .option(let option): outputs = op.options?.integer(option).flatMap { Int(exactly: $0) } ?? 0
    }
    guard op.outputs.count == outputs, outputs > 0, op.outputs.allSatisfy({ $0 >= 0 }) else {
      throw bad("it makes \(outputs) outputs and names \(op.outputs.count)")
    }
  }
}
