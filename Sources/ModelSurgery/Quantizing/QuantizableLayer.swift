import TFLite

/// A convolution or a fully connected layer with its numbers: y = W x + b.
struct QuantizableLayer: Sendable {
  /// The layer's name for people.
  let name: String
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
    self.name = name
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

  /// Where the weights of an output lie in ``weights``.
  private func places(of output: Int) -> StrideTo<Int> {
    let count = weights.count / bias.count
    return scales == .last
      ? stride(from: output, to: weights.count, by: bias.count)
      : stride(from: output * count, to: (output + 1) * count, by: 1)
  }

  /// Whole numbers near some numbers from −127 to 127, with nearly the same sum.
  ///
  /// What a layer reads is mostly positive, so that errors which do not cancel move its output as a whole. Those numbers
  /// that were nearly rounded the other way are, until the sums are half a step apart.
  static func rounded(_ numbers: [Float]) -> [Int8] {
    var rounded = numbers.map { Int8(min(max($0.rounded(), -127), 127)) }
    let rests = zip(numbers, rounded).map { $0 - Float($1) }
    let missing = rests.reduce(0, +).rounded()
    let count = Int(min(abs(missing), Float(numbers.count)))
    guard count > 0 else { return rounded }
    let sign: Float = missing < 0 ? -1 : 1
    for place in rests.indices.sorted(by: { sign * rests[$0] > sign * rests[$1] }).prefix(count) {
      rounded[place] = Int8(min(max(Int(rounded[place]) + Int(sign), -127), 127))
    }
    return rounded
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
  /// - Throws: ``QuantizationError/badWeights(layer:because:)`` where the scales are beyond 32-bit floats.
  func stored(inputScale: Float, outputScale: Float) throws(QuantizationError) -> Stored {
    var greatest = Array(repeating: Float(0), count: bias.count)
    for output in bias.indices {
      for place in places(of: output) { greatest[output] = max(greatest[output], abs(weights[place])) }
    }
    let least = outputScale / inputScale * 0x1p-30
    var steps = greatest.indices.map { max(greatest[$0] / 127, abs(bias[$0]) / inputScale * 0x1p-30, least) }
    if scales == .none { steps = Array(repeating: steps.max() ?? 1, count: steps.count) }
    guard steps.allSatisfy({ ($0 * inputScale).isNormal && ($0 * inputScale / outputScale).isFinite && $0.isNormal })
    else {
      throw .badWeights(layer: name, because: "its weights and ranges differ so much that no scale serves")
    }
    var stored = [Int8](repeating: 0, count: weights.count)
    for output in bias.indices {
      let places = places(of: output)
      let rounded = Self.rounded(places.map { weights[$0] / steps[output] })
      for (place, number) in zip(places, rounded) { stored[place] = number }
    }
    let biases = bias.indices.map { Int32(exactly: (bias[$0] / (inputScale * steps[$0])).rounded()) ?? 0 }
    return Stored(weights: stored, scales: scales == .none ? [steps.first ?? 1] : steps, bias: biases)
  }
}
