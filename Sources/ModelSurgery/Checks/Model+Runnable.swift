public import TFLite

extension Model {
  /// Checks what the runtime does not check itself: constants have the size of their shapes; operators have the inputs
  /// they need, with types and scales that kernels can use, and overwrite no constant; zero points are within the range
  /// of their types; the memory needed to run the model is in proportion to a picture model.
  ///
  /// Each rule prevents a way in which a damaged file crashes the runtime and with it the process.
  ///
  /// - Throws: ``SurgeryError/badConstant(tensor:expected:found:)``, ``SurgeryError/badOperator(_:number:because:)``,
  ///   ``SurgeryError/unsuitable(tensor:because:)`` or ``SurgeryError/tooLarge(tensor:shape:)``.
  /// - Complexity: O(tensors + operators); no weights are read.
  public func checkRunnable() throws(SurgeryError) {
    for graph in subgraphs {
      try checkTensors(of: graph)
      try checkOperators(of: graph)
    }
  }

  private func checkTensors(of graph: SubGraph) throws(SurgeryError) {
    var working = 0
    for (index, tensor) in graph.tensors.enumerated() {
      let label = graph.label(of: Int32(clamping: index))
      try checkZeroPoints(of: tensor, label: label)
      guard tensor.shape.count <= Self.mostDimensions else {
        throw .unsuitable(tensor: label, because: "it has \(tensor.shape.count) dimensions")
      }
      // Sparse tensors and strings store their own sizes.
      guard tensor.sparsity == nil, tensor.type != .string else { continue }
      if let data = constant(tensor) {
        guard let size = tensor.byteCount, size == data.count else {
          throw .badConstant(tensor: label, expected: tensor.byteCount, found: data.count)
        }
      } else {
        // A dimension of −1 is known only when the model runs.
        let size = tensor.shape.contains(-1) ? 0 : tensor.byteCount ?? Int.max
        let (sum, overflow) = working.addingReportingOverflow(size)
        guard !overflow, sum <= Self.largestWorkingMemory else { throw .tooLarge(tensor: label, shape: tensor.shape) }
        working = sum
      }
    }
  }

  private func checkZeroPoints(of tensor: Tensor, label: String) throws(SurgeryError) {
    // The runtime reads a zero point for each scale and a scale for each zero point, also past their end. Where a file has no
    // zero points, the runnable form gives them.
    if let quantization = tensor.quantization, !quantization.zeroPoint.isEmpty,
      quantization.zeroPoint.count != quantization.scale.count
    {
      throw .unsuitable(
        tensor: label,
        because: "it has \(quantization.zeroPoint.count) zero points for \(quantization.scale.count) scales")
    }
    let range: ClosedRange<Int64>
    switch tensor.type {
    case .uint8: range = 0...255
    case .int8: range = -128...127
    default: return
    }
    if let zeroPoint = tensor.quantization?.zeroPoint.first(where: { !range.contains($0) }) {
      throw .unsuitable(
        tensor: label, because: "its zero point \(zeroPoint) is outside the range of \(tensor.type.name)")
    }
  }

  private func checkOperators(of graph: SubGraph) throws(SurgeryError) {
    var written = Set(graph.inputs)
    // A tensor without elements, such as the shape of a scalar, needs no contents.
    let isGiven = { (tensor: Tensor) in constant(tensor) != nil || tensor.isVariable || tensor.elementCount == 0 }
    for (index, tensor) in graph.tensors.enumerated() where isGiven(tensor) {
      guard !written.contains(Int32(index)) else {
        throw .unsuitable(tensor: graph.label(of: Int32(index)), because: "it is an input and a constant at once")
      }
      written.insert(Int32(index))
    }
    for (number, op) in graph.operators.enumerated() {
      let name = name(of: op)
      if let compiler = Self.compilers[name] { throw .compiled(name, for: compiler) }
      if let missing = op.inputs.first(where: { $0 >= 0 && !written.contains($0) }) {
        throw .badOperator(
          name, number: number, because: "it reads \(graph.label(of: missing)), which no operator writes")
      }
      try checkForm(of: op, number: number)
      try checkSizes(of: op, number: number, in: graph)
      try checkElements(of: op, number: number, in: graph)
      try checkLayer(of: op, number: number, in: graph)
      for output in op.outputs {
        guard let tensor = graph.tensor(output), constant(tensor) == nil else {
          throw .badOperator(
            name, number: number, because: "it writes to \(graph.label(of: output)), which is a constant")
        }
        // The runtime plans the memory of a tensor from the one operator that writes it.
        guard written.insert(output).inserted || tensor.isVariable || tensor.elementCount == 0 else {
          throw .badOperator(
            name, number: number, because: "it writes to \(graph.label(of: output)), which is written before")
        }
      }
    }
  }

  // Custom operators that hold a program for a device, and what makes them. The Edge TPU's is run by its library.
  private static let compilers = ["ethos-u": "Arm's Ethos-U by Vela"]

  /// The limit on the dimensions of a tensor, which the runtime's kernels store in arrays of fixed size.
  static let mostDimensions = 6

  /// The limit on the size of all activations in bytes: twenty times those of a float MobileNet v1 at 224 pixels.
  private static let largestWorkingMemory = 1 << 30
}

extension Model {
  /// Checks the types and scales of tensors that kernels do not check themselves.
  ///
  /// - Throws: ``SurgeryError/badOperator(_:number:because:)``.
  func checkElements(of op: Operator, number: Int, in graph: SubGraph) throws(SurgeryError) {
    guard let builtin = builtinOperator(of: op), let input = op.inputs.first.flatMap({ graph.tensor($0) }),
      let output = op.outputs.first.flatMap({ graph.tensor($0) })
    else { return }
    func bad(_ reason: String) -> SurgeryError { .badOperator(name(of: op), number: number, because: reason) }
    let isStepped = { (tensor: Tensor) in [.uint8, .int8, .int16].contains(tensor.type) }
    let isWidened = builtin == .softmax && isStepped(input) && output.type == .int16
    if Self.keepingType.contains(builtin), output.type != input.type, !isWidened {
      throw bad("it makes \(output.type.name) of \(input.type.name)")
    }
    guard Self.rescaling.contains(builtin) else { return }
    let inputs = op.inputs.prefix(2).compactMap { graph.tensor($0) }
    for tensor in inputs + [output] where isStepped(tensor) {
      let scale = tensor.quantization?.scale.first
      guard let scale, Self.scales.contains(scale) else {
        throw bad("the scale of an input or output is \(scale.map { "\($0)" } ?? "missing")")
      }
    }
    guard let limit = Self.steepest[builtin], isStepped(input) else { return }
    if let other = (inputs + [output]).first(where: { $0.type != input.type }) {
      throw bad("it computes with \(input.type.name) and \(other.type.name) at once")
    }
    let steps = inputs.compactMap { $0.quantization?.scale.first.map(Double.init) }
    guard let largest = steps.max(), let step = output.quantization?.scale.first.map(Double.init) else { return }
    let power = builtin == .squaredDifference ? largest * largest : largest
    guard power < limit * step else {
      throw bad("the scale of its output, \(step), is too small for those of its inputs, \(steps)")
    }
  }

  // Operators whose kernels ignore the type of their output.
  private static let keepingType: Set<BuiltinOperator> = [.reshape, .squeeze, .expandDims, .softmax, .mul]

  // Operators whose kernels read the scales of quantised tensors without checking them.
  private static let rescaling: Set<BuiltinOperator> = [
    .add, .sub, .mul, .squaredDifference, .quantize, .sqrt, .rsqrt, .log, .exp,
  ]

  // The upper limit of the largest input scale, or its square, relative to the output scale. Beyond it, the kernels'
  // shifted multiplier is no longer below 1.
  private static let steepest: [BuiltinOperator: Double] = [.add: 0x1p13, .sub: 0x1p13, .squaredDifference: 0x1p12]

  // Far beyond the scales of any network, and safe to divide in single precision.
  private static let scales: ClosedRange<Float> = 1e-30...1e30
}
