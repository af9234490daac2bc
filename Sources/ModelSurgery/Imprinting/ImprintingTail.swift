public import TFLite

/// The last layers of a model that can be imprinted, in its main subgraph: L2_NORMALIZATION → (QUANTIZE) → CONV_2D 1x1
/// → MUL by a scalar → RESHAPE → SOFTMAX.
///
/// The normalised embedding x is `[1, 1, 1, D]`; the kernel W has one row for each class, and the scores are softmax(s
/// (W x + b)), where s is the scalar. Coral's `ImprintingEngine` requires this layout. A QUANTIZE may follow, which gives
/// the scores of an int8 model as uint8.
public struct ImprintingTail: Sendable, Hashable {
  /// Operators of the main subgraph, by index.
  public let normalization, convolution, multiplication, reshape, softmax: Int
  /// The QUANTIZE after the softmax, or nil.
  public let conversion: Int?
  /// Tensors of the main subgraph, by index.
  public let embedding, kernel, bias, scaleFactor: Int32
  /// D, the number of the embedding's elements.
  public let dimension: Int
  /// N, the number of the kernel's rows.
  public let classCount: Int
  /// The encoding of the kernel's elements.
  public let rowEncoding: ElementEncoding
  /// The encoding of the embedding's elements.
  public let embeddingEncoding: ElementEncoding
  /// s, the factor of the cosines before the softmax.
  public let scale: Float

  /// The limit on the elements of an embedding that gets a tail: far more than a picture network has.
  static let largestDimension = 1 << 20

  /// The magnitude that the grid of the class rows covers in any case, for rows imprinted later: the elements of unit
  /// vectors rarely exceed it.
  static let rowRoom: Float = 0.5

  /// Finds the tail.
  ///
  /// - Throws: ``SurgeryError/noImprintingTail(found:because:)`` with the part that is missing, or
  ///   ``SurgeryError/unsuitable(tensor:because:)`` if a layer exists but does not have the form that imprinting needs.
  public init(of model: Model) throws(SurgeryError) {
    let (_, output) = try model.onlyInputAndOutput()
    guard let graph = model.mainSubgraph else { throw .notOneInputAndOutput(inputs: 0, outputs: 0) }
    let found = model.lastOperators(5)

    func producer(of tensor: Int32, _ wanted: BuiltinOperator) throws(SurgeryError) -> Int {
      guard let index = graph.producer(of: tensor), model.builtinOperator(of: graph.operators[index]) == wanted,
        !graph.operators[index].inputs.isEmpty
      else { throw .noImprintingTail(found: found, because: "it lacks \(wanted.name) where it is needed") }
      return index
    }
    var scores = output
    conversion = graph.producer(of: output).flatMap { index in
      guard model.builtinOperator(of: graph.operators[index]) == .quantize,
        let before = graph.operators[index].inputs.first
      else { return nil }
      scores = before
      return index
    }
    softmax = try producer(of: scores, .softmax)
    reshape = try producer(of: graph.operators[softmax].inputs[0], .reshape)
    multiplication = try producer(of: graph.operators[reshape].inputs[0], .mul)
    let factors = graph.operators[multiplication].inputs
    guard factors.count == 2 else { throw .noImprintingTail(found: found, because: "its MUL does not have two inputs") }
    let isConstant = { (index: Int32) in graph.tensor(index).flatMap { model.constant($0) } != nil }
    scaleFactor = isConstant(factors[1]) ? factors[1] : factors[0]
    convolution = try producer(of: isConstant(factors[1]) ? factors[0] : factors[1], .conv2D)
    let inputs = graph.operators[convolution].inputs
    guard inputs.count >= 2 else { throw .noImprintingTail(found: found, because: "its CONV_2D has no kernel") }
    kernel = inputs[1]
    bias = inputs.count > 2 ? inputs[2] : -1
    var source = inputs[0]
    if let index = graph.producer(of: source), model.builtinOperator(of: graph.operators[index]) == .quantize,
      let before = graph.operators[index].inputs.first
    {
      source = before
    }
    normalization = try producer(of: source, .l2Normalization)
    embedding = source

    guard let vector = graph.tensor(embedding), vector.shape.count == 4, vector.shape.dropLast() == [1, 1, 1],
      let dimension = vector.shape.last.flatMap(Int.init(exactly:)), dimension > 0
    else { throw .noVector(tensor: graph.label(of: embedding), shape: graph.tensor(embedding)?.shape ?? []) }
    self.dimension = dimension
    embeddingEncoding = try ElementEncoding(of: vector, label: graph.label(of: embedding))

    guard let weights = graph.tensor(kernel), weights.shape.count == 4,
      weights.shape.suffix(3) == [1, 1, vector.shape[3]],
      let classCount = Int(exactly: weights.shape[0]), classCount > 0
    else {
      throw .unsuitable(
        tensor: graph.label(of: kernel),
        because: "its shape is \(graph.tensor(kernel)?.shape ?? []) instead of [classes, 1, 1, \(dimension)]")
    }
    self.classCount = classCount
    rowEncoding = try ElementEncoding(of: weights, label: graph.label(of: kernel))
    try model.checkConstant(kernel, in: graph)
    if bias >= 0 {
      try model.checkConstant(bias, in: graph)
      let type = rowEncoding == .float32 ? TensorType.float32 : .int32
      guard let tensor = graph.tensor(bias), tensor.type == type, tensor.elementCount == classCount else {
        throw .unsuitable(
          tensor: graph.label(of: bias), because: "\(classCount) biases of the type \(type.name) are needed")
      }
    }
    if graph.operators[reshape].inputs.count > 1 {
      try model.checkConstant(graph.operators[reshape].inputs[1], in: graph)
    }
    try model.checkConstant(scaleFactor, in: graph)
    guard let factor = graph.tensor(scaleFactor), let data = model.constant(factor), factor.elementCount == 1 else {
      throw .unsuitable(tensor: graph.label(of: scaleFactor), because: "MUL's factor must be one constant")
    }
    let encoding = try ElementEncoding(of: factor, label: graph.label(of: scaleFactor))
    scale = data.withUnsafeBytes { encoding.values($0) }.first ?? 0
    guard scale.isFinite, scale > 0 else {
      throw .unsuitable(tensor: graph.label(of: scaleFactor), because: "MUL's factor is \(scale)")
    }
  }
}

extension Model {
  /// Checks that a constant has the size that its shape and type require.
  func checkConstant(_ index: Int32, in graph: SubGraph) throws(SurgeryError) {
    guard let tensor = graph.tensor(index) else {
      throw .badConstant(tensor: graph.label(of: index), expected: nil, found: 0)
    }
    let found = constant(tensor)?.count ?? 0
    guard let size = tensor.byteCount, size == found else {
      throw .badConstant(tensor: graph.label(of: index), expected: tensor.byteCount, found: found)
    }
  }

  /// Returns the names of the last operators before the output, in the order in which they run.
  public func lastOperators(_ count: Int) -> String {
    let operators = mainSubgraph?.operators ?? []
    let names = operators.suffix(count).map { name(of: $0) }
    return names.isEmpty
      ? "no operator" : (operators.count > count ? "… → " : "") + names.joined(separator: " → ")
  }

  /// Returns an operator's name: the name in the schema, or the name of a custom operator.
  public func name(of op: Operator) -> String {
    guard let code = operatorCode(of: op) else { return "an operator without a code" }
    if code.builtinCode == .custom, let name = code.customCode { return name.string }
    return code.builtinCode.name
  }
}
