import TFLite

extension Model {
  /// Checks what kernels take on trust of the types and scales of what they read and write.
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
        throw bad("the scale of what it reads or writes is \(scale.map { "\($0)" } ?? "missing")")
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

  // They copy or compute without a look at the type of what they write to.
  private static let keepingType: Set<BuiltinOperator> = [.reshape, .squeeze, .expandDims, .softmax, .mul]

  // They ask for the scales of bytes without asking whether there are any, or compute with them whatever they are.
  private static let rescaling: Set<BuiltinOperator> = [
    .add, .sub, .mul, .squaredDifference, .quantize, .sqrt, .rsqrt, .log, .exp,
  ]

  // What the largest scale of the inputs, or its square, must be below, in scales of the output: what is multiplied by the
  // quotient is shifted first, and beyond these it no longer is less than 1.
  private static let steepest: [BuiltinOperator: Double] = [.add: 0x1p13, .sub: 0x1p13, .squaredDifference: 0x1p12]

  // Far beyond what any network has, and within what single precision can divide.
  private static let scales: ClosedRange<Float> = 1e-30...1e30
}
