public import TFLite

/// A classifier small enough to read: a picture of 4x4 pixels, its mean colour, and a head with any number of rows.
public struct SmallClassifier: Sendable {
  /// Rows of three weights.
  public var rows: [[Float]]
  /// A bias for each row.
  public var biases: [Float] = [0.5, -0.5, 0, 2]
  /// The head: a fully connected layer, or a 1x1 convolution.
  public var isConvolution: Bool
  /// The activation of the head.
  public var activation: ActivationFunction
  /// The factor of the softmax at the end, or nil for none.
  public var beta: Float?
  /// Operators between the head and the softmax, which change shapes only.
  public var shapes: [BuiltinOperator]
  /// Operators at the very end.
  public var ends: [BuiltinOperator]

  /// Creates a classifier; the parameters are the properties of the same names.
  public init(
    rows: [[Float]] = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0]], isConvolution: Bool = false,
    activation: ActivationFunction = .none, beta: Float? = 1, shapes: [BuiltinOperator] = [],
    ends: [BuiltinOperator] = []
  ) {
    self.rows = rows
    self.isConvolution = isConvolution
    self.activation = activation
    self.beta = beta
    self.shapes = shapes
    self.ends = ends
  }

  /// The classifier as a model.
  public var model: Model {
    var model = Model()
    model.version = 3
    model.buffers = [Buffer()]
    model.subgraphs = [SubGraph()]
    let count = Int32(rows.count)
    let input = add([1, 4, 4, 3], "picture", to: &model)
    let features = add(isConvolution ? [1, 1, 1, 3] : [1, 3], "features", to: &model)
    let axes = add([2], "axes", integers: [1, 2], to: &model)
    var mean = OperatorOptions(.reducer)
    try? mean.set("keep_dims", to: .flag(isConvolution))
    add(.mean, [input, axes], features, mean, to: &model)
    var current = add(isConvolution ? [1, 1, 1, count] : [1, count], "logits", to: &model)
    let weights = add(
      isConvolution ? [count, 1, 1, 3] : [count, 3], "weights", floats: rows.flatMap { $0 }, to: &model)
    let bias = add([count], "biases", floats: biases, to: &model)
    add(
      isConvolution ? .conv2D : .fullyConnected, [features, weights, bias], current,
      isConvolution
        ? Conv2DOptions(activation: activation).options : FullyConnectedOptions(activation: activation).options,
      to: &model)
    for builtin in shapes { current = add(builtin, behind: current, [1, count], nil, to: &model) }
    if let beta {
      current = add(.softmax, behind: current, [1, count], SoftmaxOptions(beta: beta).options, to: &model)
    }
    for builtin in ends { current = add(builtin, behind: current, [1, count], nil, to: &model) }
    model.subgraphs[0].inputs = [input]
    model.subgraphs[0].outputs = [current]
    return model
  }

  private func add(
    _ shape: [Int32], _ name: Text, floats: [Float]? = nil, integers: [Int32]? = nil, to model: inout Model
  ) -> Int32 {
    var tensor = Tensor(shape: shape, type: integers == nil ? .float32 : .int32, name: name)
    let bits = floats?.map(\.bitPattern) ?? integers?.map { UInt32(bitPattern: $0) }
    if let bits {
      model.buffers.append(Buffer(Bytes(bits.map(\.littleEndian).withUnsafeBytes { Array($0) })))
      tensor.buffer = UInt32(model.buffers.count - 1)
    }
    model.subgraphs[0].tensors.append(tensor)
    return Int32(model.subgraphs[0].tensors.count - 1)
  }

  private func add(
    _ builtin: BuiltinOperator, behind source: Int32, _ shape: [Int32], _ options: OperatorOptions?,
    to model: inout Model
  ) -> Int32 {
    let output = add(shape, Text(builtin.name), to: &model)
    add(
      builtin, [source], output, builtin == .reshape ? ReshapeOptions(newShape: shape).options : options, to: &model)
    return output
  }

  private func add(
    _ builtin: BuiltinOperator, _ inputs: [Int32], _ output: Int32, _ options: OperatorOptions?, to model: inout Model
  ) {
    model.operatorCodes.append(OperatorCode(builtin, version: 1))
    model.subgraphs[0].operators.append(
      Operator(
        opcodeIndex: UInt32(model.operatorCodes.count - 1), inputs: inputs, outputs: [output], options: options))
  }
}
