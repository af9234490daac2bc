import TFLite

extension Quantization {
  /// Checks that a model is one of floats, of operators that can be quantised.
  static func checkTypes(of model: Model) throws {
    guard let graph = model.mainSubgraph else { throw SurgeryError.notOneInputAndOutput(inputs: 0, outputs: 0) }
    let quantised: Set<TensorType> = [.int8, .uint8, .int16, .int4]
    for (index, tensor) in graph.tensors.enumerated() where quantised.contains(tensor.type) {
      throw QuantizationError.alreadyQuantized(tensor: graph.label(of: Int32(clamping: index)), type: tensor.type.name)
    }
    var foreign: [String] = []
    for op in graph.operators {
      guard let builtin = model.builtinOperator(of: op), QuantizationRule(of: builtin) != nil, op.outputs.count == 1
      else {
        let name = model.name(of: op)
        if !foreign.contains(name) { foreign.append(name) }
        continue
      }
      if let activation = activation(of: op), ![.none, .relu, .relu6, .reluN1To1].contains(activation) {
        let name = "\(model.name(of: op)) with \(activation.name)"
        if !foreign.contains(name) { foreign.append(name) }
      }
    }
    if model.subgraphs.count > 1 { foreign.append("those of \(model.subgraphs.count - 1) further graphs") }
    guard foreign.isEmpty else { throw QuantizationError.unsupported(operators: foreign) }
    for op in graph.operators {
      for index in op.inputs + op.outputs {
        guard let tensor = graph.tensor(index), tensor.type != .float32 else { continue }
        // A list of dimensions, a shape, paddings.
        guard [.int32, .int64].contains(tensor.type), model.constant(tensor) != nil else {
          throw QuantizationError.notFloat(tensor: graph.label(of: index), type: tensor.type.name)
        }
      }
    }
  }

  /// The activation that is part of an operator, or nil of an operator that has none.
  private static func activation(of op: Operator) -> ActivationFunction? {
    guard let options = op.options, let number = options.integer("fused_activation_function") else { return nil }
    return ActivationFunction(rawValue: Int8(clamping: number))
  }

  /// Checks that all layers have weights and biases of the right sizes, and that every constant is finite.
  func checkWeights() throws {
    for op in graph.operators {
      guard let builtin = stripped.builtinOperator(of: op), let rule = QuantizationRule(of: builtin) else { continue }
      if case .layer(let dimension) = rule {
        _ = try QuantizableLayer(op, scales: dimension, of: stripped)
      } else {
        for index in op.inputs {
          guard let tensor = graph.tensor(index), tensor.type == .float32, stripped.constant(tensor) != nil else {
            continue
          }
          _ = try stripped.floats(of: index)
        }
      }
    }
  }
}
