public import TFLite

/// A small uint8 model, built tensor by tensor; it begins with an identity convolution.
public struct UnsignedGraph: Sendable {
  /// The model so far; its output is that of the last operator added.
  public private(set) var model = Model()
  /// The input tensor, `[1, 6, 6, 8]`.
  public let input: Int32
  /// The output tensor of the convolution.
  public let identity: Int32

  /// Creates a model of the convolution alone: its kernel is tensor 1 in buffer 1, its bias tensor 2 in buffer 2.
  public init() {
    model.buffers = [Buffer()]
    model.subgraphs = [SubGraph()]
    input = 0
    identity = 3
    _ = tensor("input", [1, 6, 6, 8])
    var weights = [UInt8](repeating: 100, count: 64)
    for channel in 0..<8 { weights[9 * channel] = 101 }
    let kernel = tensor("kernel", [8, 1, 1, 8], scale: 1, zeroPoint: 100, data: weights)
    let bias = integers("bias", Array(repeating: 0, count: 8), scale: 0.05)
    add(.conv2D, [0, kernel, bias], [tensor("identity", [1, 6, 6, 8])], Conv2DOptions().options)
    model.subgraphs[0].inputs = [input]
    model.subgraphs[0].outputs = [identity]
  }

  /// Adds a quantised tensor, with data for a constant.
  public mutating func tensor(
    _ name: Text, _ shape: [Int32], scale: Float = 0.05, zeroPoint: Int64 = 120, data: [UInt8]? = nil,
    type: TensorType = .uint8
  ) -> Int32 {
    let quantization = QuantizationParameters(scale: scale, zeroPoint: zeroPoint)
    return append(Tensor(shape: shape, type: type, name: name, quantization: quantization), data)
  }

  /// Adds a tensor that is not quantised.
  public mutating func plain(_ name: Text, _ shape: [Int32], _ type: TensorType = .float32) -> Int32 {
    append(Tensor(shape: shape, type: type, name: name), nil)
  }

  /// Adds constant 32-bit integers, such as axes, or biases with their scale.
  public mutating func integers(
    _ name: Text, _ numbers: [Int32], _ shape: [Int32]? = nil, scale: Float? = nil
  ) -> Int32 {
    let bytes = numbers.map(\.littleEndian).withUnsafeBytes { Array($0) }
    let quantization = scale.map { QuantizationParameters(scale: $0, zeroPoint: 0) }
    let shape = shape ?? [Int32(numbers.count)]
    return append(Tensor(shape: shape, type: .int32, name: name, quantization: quantization), bytes)
  }

  private mutating func append(_ tensor: Tensor, _ data: [UInt8]?) -> Int32 {
    var tensor = tensor
    if let data {
      tensor.buffer = UInt32(model.buffers.count)
      model.buffers.append(Buffer(Bytes(data)))
    }
    model.subgraphs[0].tensors.append(tensor)
    return Int32(model.subgraphs[0].tensors.count - 1)
  }

  /// Adds an operator.
  public mutating func add(
    _ builtin: BuiltinOperator, _ inputs: [Int32], _ outputs: [Int32], _ options: OperatorOptions? = nil
  ) {
    model.operatorCodes.append(OperatorCode(builtin))
    model.subgraphs[0].operators.append(
      Operator(
        opcodeIndex: UInt32(model.operatorCodes.count - 1), inputs: inputs, outputs: outputs, options: options))
    model.subgraphs[0].outputs = outputs
  }
}
