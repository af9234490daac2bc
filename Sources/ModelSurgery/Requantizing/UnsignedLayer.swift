import TFLite

/// A layer of uint8 with weights that can be rewritten: what is known of it before any weight is read.
struct UnsignedLayer: Sendable {
  /// The tensors of the input, the weights and, where there is one, the bias.
  let input, weights: Int32
  let bias: Int32?
  /// The outputs, and along which dimension of the weights their scales lie.
  let channels: Int
  let dimension: QuantizationRule.Dimension
  let inputScale: Float
  let weightScale: ByteScale

  /// Reads a layer, or nil where it is not of the form that can be rewritten.
  init?(_ op: Operator, dimension: QuantizationRule.Dimension, of model: Model, _ graph: SubGraph) {
    guard op.inputs.count >= 2, op.inputs.count <= 3, op.outputs.count == 1,
      let source = graph.tensor(op.inputs[0]), model.constant(source) == nil, let sourceScale = ByteScale(of: source),
      let kernel = graph.tensor(op.inputs[1]), model.constant(kernel) != nil, let kernelScale = ByteScale(of: kernel),
      let result = graph.tensor(op.outputs[0]), let resultScale = ByteScale(of: result),
      kernel.shape.count == 4 || dimension == .none && kernel.shape.count == 2,
      let outputs = dimension == .last ? kernel.shape.last : kernel.shape.first, outputs > 0,
      dimension != .last || kernel.shape[0] == 1,
      let size = kernel.elementCount, size > 0, size == model.constant(kernel)?.count
    else { return nil }
    if let options = op.options.flatMap({ FullyConnectedOptions($0) }), options.weightsFormat != .standard {
      return nil
    }
    // The widest step is 255 / 127 of the tensor's.
    for unit in [sourceScale.scale * kernelScale.scale, 2.1 * sourceScale.scale * kernelScale.scale] {
      guard unit.isNormal, (unit / resultScale.scale).isNormal, unit / resultScale.scale < 128 else { return nil }
    }
    if op.inputs.count > 2, op.inputs[2] >= 0 {
      guard let tensor = graph.tensor(op.inputs[2]), tensor.type == .int32, tensor.sparsity == nil,
        tensor.externalBuffer == 0, tensor.elementCount == Int(outputs),
        model.constant(tensor)?.count == 4 * Int(outputs)
      else { return nil }
      bias = op.inputs[2]
    } else {
      bias = nil
    }
    input = op.inputs[0]
    weights = op.inputs[1]
    channels = Int(outputs)
    self.dimension = dimension
    inputScale = sourceScale.scale
    weightScale = kernelScale
  }

  /// The bytes that the rewritten constants take at most.
  func byteCount(in model: Model, _ graph: SubGraph) -> Int {
    [weights, bias ?? -1].reduce(0) { $0 + (graph.tensor($1).flatMap { model.constant($0) }?.count ?? 0) }
  }
}
