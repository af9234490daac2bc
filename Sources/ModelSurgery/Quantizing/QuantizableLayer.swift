import TFLite

/// A convolution or a fully connected layer with its numbers: y = W x + b.
struct QuantizableLayer: Sendable {
  /// The tensors of the input, the weights and, where there is one, the bias.
  let input, weightIndex: Int32
  let biasIndex: Int32?
  /// W in the order of the file, and its shape.
  let weights: [Float]
  let shape: [Int32]
  /// b: one an output; zeros where the file has none.
  let bias: [Float]
  /// Along which dimension of the weights the scales run.
  let scales: QuantizationRule.Dimension

  /// Reads a layer.
  ///
  /// - Throws: ``QuantizationError/badWeights(layer:because:)``.
  init(_ op: Operator, scales: QuantizationRule.Dimension, of model: Model) throws(QuantizationError) {
    let graph = model.mainSubgraph ?? SubGraph()
    let name = op.outputs.first.map { graph.label(of: $0) } ?? ""
    guard op.inputs.count >= 2, let kernel = graph.tensor(op.inputs[1]), kernel.type == .float32,
      kernel.shape.count == 4 || scales == .none && kernel.shape.count == 2, kernel.sparsity == nil
    else { throw .badWeights(layer: name, because: "its weights are no dense floats of the right shape") }
    if let options = op.options.flatMap({ FullyConnectedOptions($0) }), options.weightsFormat != .standard {
      throw .badWeights(layer: name, because: "its weights are stored in another order")
    }
    input = op.inputs[0]
    weightIndex = op.inputs[1]
    shape = kernel.shape
    self.scales = scales
    weights = try model.floats(of: weightIndex)
    let outputs = Int((scales == .last ? shape.last : shape.first) ?? 0)
    guard outputs > 0, !weights.isEmpty, weights.count.isMultiple(of: outputs) else {
      throw .badWeights(layer: name, because: "its weights have the shape \(shape)")
    }
    if op.inputs.count > 2, op.inputs[2] >= 0 {
      biasIndex = op.inputs[2]
      bias = try model.floats(of: op.inputs[2])
      guard bias.count == outputs else {
        throw .badWeights(layer: name, because: "it has \(bias.count) biases and \(outputs) outputs")
      }
    } else {
      biasIndex = nil
      bias = Array(repeating: 0, count: outputs)
    }
  }

  /// The output that a weight belongs to, by its place in ``weights``.
  @inline(__always) func output(of place: Int) -> Int {
    scales == .last ? place % bias.count : place / (weights.count / bias.count)
  }

  /// W and b in whole numbers.
  struct Stored: Sendable {
    /// W: −127 … 127.
    let weights: [Int8]
    /// One scale an output, or one for all.
    let scales: [Float]
    /// b in steps of the input's scale times the weights'.
    let bias: [Int32]
  }

  /// W and b in whole numbers.
  ///
  /// A weight's scale is the greatest |w| of its output / 127. It is greater where the bias would else not fit into 32
  /// bits, or where a step would be next to nothing beside one of the output.
  ///
  /// - Parameters:
  ///   - inputScale: What a step of the input is worth.
  ///   - outputScale: What one of the output is.
  func stored(inputScale: Float, outputScale: Float) -> Stored {
    var greatest = Array(repeating: Float(0), count: bias.count)
    for place in weights.indices {
      let output = output(of: place)
      greatest[output] = max(greatest[output], abs(weights[place]))
    }
    let least = outputScale / inputScale * 0x1p-30
    var steps = greatest.indices.map { max(greatest[$0] / 127, abs(bias[$0]) / inputScale * 0x1p-30, least) }
    if scales == .none { steps = Array(repeating: steps.max() ?? 1, count: steps.count) }
    var stored = [Int8](repeating: 0, count: weights.count)
    for place in weights.indices {
      stored[place] = Int8(min(max((weights[place] / steps[output(of: place)]).rounded(), -127), 127))
    }
    let biases = bias.indices.map { Int32(exactly: (bias[$0] / (inputScale * steps[$0])).rounded()) ?? 0 }
    return Stored(weights: stored, scales: scales == .none ? [steps.first ?? 1] : steps, bias: biases)
  }
}
