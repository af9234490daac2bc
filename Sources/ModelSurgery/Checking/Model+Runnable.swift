import TFLite

extension Model {
  /// Checks what the runtime takes on trust: that constants have the size which their shapes promise, that operators
  /// have the inputs they read, of types and scales that they can compute with, and overwrite no constant, that zero points are
  /// within their types, and that the memory
  /// which running the model takes is in proportion to a picture model.
  ///
  /// Each rule stands for a way in which a damaged file brings the runtime, and with it the process, down.
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
      // Packed forms carry their own sizes.
      guard tensor.sparsity == nil, tensor.type != .string else { continue }
      if let data = constant(tensor) {
        guard let size = tensor.byteCount, size == data.count else {
          throw .badConstant(tensor: label, expected: tensor.byteCount, found: data.count)
        }
      } else {
        // -1 in a shape is a dimension that is known only when the model runs.
        let size = tensor.shape.contains(-1) ? 0 : tensor.byteCount ?? Int.max
        let (sum, overflow) = working.addingReportingOverflow(size)
        guard !overflow, sum <= Self.largestWorkingMemory else { throw .tooLarge(tensor: label, shape: tensor.shape) }
        working = sum
      }
    }
  }

  private func checkZeroPoints(of tensor: Tensor, label: String) throws(SurgeryError) {
    let range: ClosedRange<Int64>
    switch tensor.type {
    case .uint8: range = 0...255
    case .int8: range = -128...127
    default: return
    }
    if let zeroPoint = tensor.quantization?.zeroPoint.first(where: { !range.contains($0) }) {
      throw .unsuitable(tensor: label, because: "its zero point \(zeroPoint) is no \(tensor.type.name)")
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
      if let missing = op.inputs.first(where: { $0 >= 0 && !written.contains($0) }) {
        throw .badOperator(name, number: number, because: "it reads \(graph.label(of: missing)), which nothing writes")
      }
      if let builtin = builtinOperator(of: op), let needed = Self.neededInputs[builtin] {
        let isQuantised = op.inputs.first.flatMap { graph.tensor($0) }?.type != .float32
        let count = needed + (isQuantised && Self.quantisedNeedBias.contains(builtin) ? 1 : 0)
        guard op.inputs.count >= count, op.inputs.prefix(count).allSatisfy({ $0 >= 0 }) else {
          throw .badOperator(name, number: number, because: "it needs \(count) inputs and has \(op.inputs)")
        }
      }
      try checkElements(of: op, number: number, in: graph)
      for output in op.outputs {
        guard let tensor = graph.tensor(output), constant(tensor) == nil else {
          throw .badOperator(
            name, number: number, because: "it writes to \(graph.label(of: output)), which is a constant")
        }
        written.insert(output)
      }
    }
  }

  private static let neededInputs: [BuiltinOperator: Int] = [
    .conv2D: 2, .depthwiseConv2D: 2, .fullyConnected: 2, .add: 2, .mul: 2, .sub: 2, .averagePool2D: 1, .maxPool2D: 1,
    .softmax: 1, .reshape: 1, .l2Normalization: 1, .mean: 2, .pad: 2, .quantize: 1, .dequantize: 1,
    .reduceMax: 2, .maximum: 2, .sqrt: 1, .rsqrt: 1, .abs: 1, .relu: 1, .concatenation: 1,
  ]

  // The accelerated kernels read the bias of a quantised convolution without asking whether there is one.
  private static let quantisedNeedBias: Set<BuiltinOperator> = [.conv2D, .depthwiseConv2D]

  /// Bytes that all activations together may take: twenty times those of MobileNet v1 at 224 pixels, in float.
  private static let largestWorkingMemory = 1 << 30
}
