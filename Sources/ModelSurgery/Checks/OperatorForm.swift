import TFLite

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

  /// Returns the form of an operator by its schema name; nil for one that is not listed.
  static func of(_ name: String) -> OperatorForm? { all[name] }

  private init(_ needed: Int, isList: Bool = false, outputs: Outputs = .exactly(1)) {
    self.needed = needed
    self.isList = isList
    self.outputs = outputs
  }

  private static let all: [String: OperatorForm] = {
    var forms: [String: OperatorForm] = [:]
    func add(_ names: String, _ form: OperatorForm) {
      for name in names.split(separator: " ") { forms[String(name)] = form }
    }
    add(
      """
      ABS CAST CEIL COS DEQUANTIZE ELU EXP FLOOR GELU HARD_SWISH L2_NORMALIZATION LEAKY_RELU LOG LOGICAL_NOT LOGISTIC \
      LOG_SOFTMAX NEG QUANTIZE RANK RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1 ROUND RSQRT SHAPE SIGN SIN SOFTMAX SQRT SQUARE TANH \
      ZEROS_LIKE AVERAGE_POOL_2D MAX_POOL_2D L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION SPACE_TO_DEPTH DEPTH_TO_SPACE SQUEEZE \
      FAKE_QUANT MATRIX_DIAG
      """, OperatorForm(1))
    add(
      """
      ADD SUB MUL DIV FLOOR_DIV FLOOR_MOD MAXIMUM MINIMUM POW SQUARED_DIFFERENCE ATAN2 RIGHT_SHIFT BITWISE_XOR EQUAL \
      NOT_EQUAL LESS LESS_EQUAL GREATER GREATER_EQUAL LOGICAL_AND LOGICAL_OR PRELU EXPAND_DIMS TRANSPOSE PAD MIRROR_PAD TILE \
      GATHER GATHER_ND MEAN SUM REDUCE_MAX REDUCE_MIN REDUCE_PROD REDUCE_ANY REDUCE_ALL ARG_MAX ARG_MIN RESIZE_BILINEAR \
      RESIZE_NEAREST_NEIGHBOR BATCH_MATMUL FILL BROADCAST_TO BROADCAST_ARGS REVERSE_V2 CUMSUM EMBEDDING_LOOKUP REVERSE_SEQUENCE \
      MATRIX_SET_DIAG
      """, OperatorForm(2))
    add("PADV2 SPACE_TO_BATCH_ND BATCH_TO_SPACE_ND SELECT SELECT_V2 SLICE RANGE SCATTER_ND", OperatorForm(3))
    add("STRIDED_SLICE ONE_HOT SPARSE_TO_DENSE", OperatorForm(4))
    add("CONV_2D DEPTHWISE_CONV_2D FULLY_CONNECTED CONV_3D", OperatorForm(2))
    add("TRANSPOSE_CONV CONV_3D_TRANSPOSE", OperatorForm(3))
    add("RESHAPE", OperatorForm(1))
    add("CONCATENATION PACK ADD_N", OperatorForm(1, isList: true))
    add("TOPK_V2", OperatorForm(2, outputs: .exactly(2)))
    add("UNIQUE", OperatorForm(1, outputs: .exactly(2)))
    add("SPLIT", OperatorForm(2, outputs: .option("num_splits")))
    add("SPLIT_V", OperatorForm(3, outputs: .option("num_splits")))
    add("UNPACK", OperatorForm(1, outputs: .option("num")))
    return forms
  }()

  /// Operators that call other graphs of the model, which may call them again, or for ever.
  static let calls: Set<String> = [
    "CALL", "IF", "WHILE", "STABLEHLO_WHILE", "STABLEHLO_CASE", "STABLEHLO_COMPOSITE", "STABLEHLO_REDUCE",
    "STABLEHLO_REDUCE_WINDOW", "STABLEHLO_SORT", "STABLEHLO_SCATTER", "STABLEHLO_CUSTOM_CALL",
  ]
}

extension Model {
  /// Checks the number of an operator's inputs and outputs, and that it calls no other graph.
  ///
  /// - Throws: ``SurgeryError/badOperator(_:number:because:)``.
  func checkForm(of op: Operator, number: Int) throws(SurgeryError) {
    let name = name(of: op)
    func bad(_ reason: String) -> SurgeryError { .badOperator(name, number: number, because: reason) }
    guard !OperatorForm.calls.contains(name) else {
      throw .runsGraph(name, number: number)
    }
    if name == "CALL_ONCE" {
      let target = op.options?.integer("init_subgraph_index").flatMap { Int(exactly: $0) } ?? 0
      guard subgraphs.indices.contains(target), target > 0,
        !subgraphs[target].operators.contains(where: { self.name(of: $0) == name })
      else { throw bad("it calls a graph that is missing or calls others") }
    }
    guard let form = OperatorForm.of(name) else { return }
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
