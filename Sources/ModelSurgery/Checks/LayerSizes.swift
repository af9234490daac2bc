import TFLite

extension Model {
  /// Checks that a layer has weights of the rank that its kernel reads, and a bias for each of its output channels; and that
  /// a shape given as a tensor has no more dimensions than kernels can store.
  ///
  /// The accelerated kernels read as many biases as there are channels, also past the end of the tensor.
  ///
  /// - Throws: ``SurgeryError/badOperator(_:number:because:)``.
  func checkLayer(of op: Operator, number: Int, in graph: SubGraph) throws(SurgeryError) {
    func bad(_ reason: String) -> SurgeryError { .badOperator(name(of: op), number: number, because: reason) }
    func input(_ place: Int) -> Tensor? { op.inputs.dropFirst(place).first.flatMap { graph.tensor($0) } }
    guard let builtin = builtinOperator(of: op) else { return }
    if builtin == .reshape {
      let given = input(1)?.elementCount ?? op.options?.integers("new_shape")?.count ?? 0
      guard given <= Self.mostDimensions else { throw bad("it makes a tensor of \(given) dimensions") }
    }
    guard let layer = Self.layers[builtin] else {
      // Of the listed operators only layers have an optional input, the bias.
      guard OperatorForm.of(builtin) == nil || op.inputs.allSatisfy({ $0 >= 0 }) else {
        throw bad("it lacks one of its inputs, \(op.inputs)")
      }
      return
    }
    guard let weights = input(1) else { return }
    guard weights.shape.count == layer.rank else { throw bad("its weights have the shape \(weights.shape)") }
    guard let bias = input(layer.bias) else {
      // The accelerated kernels of these read it without checking that there is one.
      let isRead = builtin == .depthwiseConv2D || builtin == .conv2D && input(0)?.type != .float32
      guard !isRead else { throw bad("it needs 3 inputs and has \(op.inputs)") }
      return
    }
    guard bias.elementCount == Int(weights.shape[layer.channels]) else {
      throw bad("it has a bias of shape \(bias.shape) for weights of shape \(weights.shape)")
    }
  }

  /// For each layer: the rank of its weights, the dimension that counts its output channels, and the place of the bias among
  /// its inputs.
  private static let layers: [BuiltinOperator: (rank: Int, channels: Int, bias: Int)] = [
    .conv2D: (4, 0, 2), .depthwiseConv2D: (4, 3, 2), .fullyConnected: (2, 0, 2), .transposeConv: (4, 0, 3),
    .conv3D: (5, 4, 2), .conv3DTranspose: (5, 3, 3),
  ]
}
