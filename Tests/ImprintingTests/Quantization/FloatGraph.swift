import TFLite

/// Builds a float model operator by operator.
struct FloatGraph {
  private(set) var model = Model()

  init() {
    model.buffers = [Buffer()]
    model.subgraphs = [SubGraph()]
  }

  /// Adds an input, or the output of an operator added later.
  mutating func tensor(_ name: Text, _ shape: [Int32]) -> Int32 {
    model.subgraphs[0].tensors.append(Tensor(shape: shape, type: .float32, name: name))
    return Int32(model.subgraphs[0].tensors.count - 1)
  }

  mutating func constant(_ name: Text, _ shape: [Int32], _ numbers: [Float]) -> Int32 {
    store(name, shape, .float32, numbers.map(\.bitPattern))
  }

  mutating func constant(_ name: Text, _ shape: [Int32], _ numbers: [Int32]) -> Int32 {
    store(name, shape, .int32, numbers.map { UInt32(bitPattern: $0) })
  }

  mutating func add(
    _ builtin: BuiltinOperator, _ inputs: [Int32], _ shape: [Int32], _ name: Text, _ options: OperatorOptions? = nil
  ) -> Int32 {
    let output = tensor(name, shape)
    model.operatorCodes.append(OperatorCode(builtin))
    model.subgraphs[0].operators.append(
      Operator(
        opcodeIndex: UInt32(model.operatorCodes.count - 1), inputs: inputs, outputs: [output], options: options))
    return output
  }

  func finished(_ input: Int32, _ output: Int32) -> Model {
    var model = model
    model.subgraphs[0].inputs = [input]
    model.subgraphs[0].outputs = [output]
    return model
  }

  private mutating func store(_ name: Text, _ shape: [Int32], _ type: TensorType, _ words: [UInt32]) -> Int32 {
    model.buffers.append(Buffer(Bytes(words.map(\.littleEndian).withUnsafeBytes { Array($0) })))
    model.subgraphs[0].tensors.append(
      Tensor(shape: shape, type: type, buffer: UInt32(model.buffers.count - 1), name: name))
    return Int32(model.subgraphs[0].tensors.count - 1)
  }
}
