import TFLite

/// A small uint8 model, built tensor by tensor: an identity convolution, so that numbers reach what follows unchanged.
struct UnsignedGraph {
  private(set) var model = Model()
  let input, identity: Int32

  init() {
    model.buffers = [Buffer()]
    model.subgraphs = [SubGraph()]
    input = 0
    identity = 3
    _ = tensor("input", [1, 6, 6, 8])
    var weights = [UInt8](repeating: 100, count: 64)
    for channel in 0..<8 { weights[9 * channel] = 101 }
    let kernel = tensor("kernel", [8, 1, 1, 8], scale: 1, zeroPoint: 100, data: weights)
    let bias = integers("bias", Array(repeating: 0, count: 8))
    add(.conv2D, [0, kernel, bias], [tensor("identity", [1, 6, 6, 8])], Conv2DOptions().options)
    model.subgraphs[0].inputs = [input]
    model.subgraphs[0].outputs = [identity]
  }

  mutating func tensor(
    _ name: Text, _ shape: [Int32], scale: Float = 0.05, zeroPoint: Int64 = 120, data: [UInt8]? = nil
  ) -> Int32 {
    var tensor = Tensor(
      shape: shape, type: .uint8, name: name, quantization: QuantizationParameters(scale: scale, zeroPoint: zeroPoint))
    return append(&tensor, data)
  }

  mutating func integers(_ name: Text, _ numbers: [Int32]) -> Int32 {
    var tensor = Tensor(shape: [Int32(numbers.count)], type: .int32, name: name)
    return append(&tensor, numbers.map(\.littleEndian).withUnsafeBytes { Array($0) })
  }

  private mutating func append(_ tensor: inout Tensor, _ data: [UInt8]?) -> Int32 {
    if let data {
      tensor.buffer = UInt32(model.buffers.count)
      model.buffers.append(Buffer(Bytes(data)))
    }
    model.subgraphs[0].tensors.append(tensor)
    return Int32(model.subgraphs[0].tensors.count - 1)
  }

  mutating func add(
    _ builtin: BuiltinOperator, _ inputs: [Int32], _ outputs: [Int32], _ options: OperatorOptions? = nil
  ) {
    model.operatorCodes.append(OperatorCode(builtin))
    model.subgraphs[0].operators.append(
      Operator(
        opcodeIndex: UInt32(model.operatorCodes.count - 1), inputs: inputs, outputs: outputs, options: options))
    model.subgraphs[0].outputs = outputs
  }
}
