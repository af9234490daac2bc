public import TFLite

/// A builder of a model's main subgraph, layer by layer. The shape of each layer follows from its inputs.
///
/// ```swift
/// var builder = GraphBuilder()
/// let picture = try builder.input("picture", shape: [1, 224, 224, 3])
/// let kernel = try builder.constant("kernel", weights)     // [32, 3, 3, 3]: outputs, rows, columns, inputs
/// let bias = try builder.constant("bias", biases)
/// let stem = try builder.conv2D(
///   picture, kernel: kernel, bias: bias, options: Conv2DOptions(strideWidth: 2, strideHeight: 2), name: "stem")
/// stem.shape                                               // [1, 112, 112, 32]
/// let model = builder.finish(with: stem, signature: "serving_default")
/// ```
///
/// A float layer has float outputs. A quantised layer whose output has another range than its input needs the
/// `encoding` of its output; other layers, such as a reshape or a pooling, keep the encoding of their input.
public struct GraphBuilder: Sendable {
  private var model: Model
  private let prefix: String

  /// Creates a builder of a new model.
  public init() {
    var model = Model()
    model.buffers = [Buffer()]
    model.subgraphs = [SubGraph()]
    self.init(extending: model)
  }

  /// Creates a builder that extends a model.
  ///
  /// - Parameters:
  ///   - model: The model; a main subgraph is added if it has none.
  ///   - prefix: The prefix of the names of all added tensors.
  public init(extending model: Model, prefix: String = "") {
    self.model = model
    self.prefix = prefix
    if self.model.subgraphs.isEmpty { self.model.subgraphs = [SubGraph()] }
  }

  /// Returns an existing tensor of the model.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if there is no tensor of that index.
  public func tensor(_ index: Int32) throws(SurgeryError) -> GraphTensor {
    guard let tensor = model.subgraphs[0].tensor(index) else {
      throw .cannotBuild(layer: "number \(index)", because: "the model has no such tensor")
    }
    return GraphTensor(index: index, shape: tensor.shape, type: tensor.type)
  }

  /// Returns the encoding of a tensor's elements.
  ///
  /// - Throws: The errors of ``ElementEncoding/init(of:label:)``.
  func encoding(of tensor: GraphTensor) throws(SurgeryError) -> ElementEncoding {
    let graph = model.subgraphs[0]
    guard let found = graph.tensor(tensor.index) else {
      throw .cannotBuild(layer: "number \(tensor.index)", because: "the model has no such tensor")
    }
    return try ElementEncoding(of: found, label: graph.label(of: tensor.index))
  }

  /// Whether the main subgraph has a signature.
  var hasSignature: Bool { model.signatureDefs.contains { $0.subgraphIndex == 0 } }

  /// Makes a tensor the model's output, and returns the model.
  ///
  /// - Parameters:
  ///   - output: The output. Existing signatures refer to it under their current name.
  ///   - signature: The key of a signature to add, if any.
  public mutating func finish(with output: GraphTensor, signature: Text? = nil) -> Model {
    model.subgraphs[0].outputs = [output.index]
    for index in model.signatureDefs.indices where model.signatureDefs[index].subgraphIndex == 0 {
      for place in model.signatureDefs[index].outputs.indices {
        model.signatureDefs[index].outputs[place].tensorIndex = UInt32(clamping: output.index)
      }
    }
    if let signature {
      let graph = model.subgraphs[0]
      let map = { (index: Int32) in TensorMap(name: graph.tensor(index)?.name, tensorIndex: UInt32(clamping: index)) }
      var definition = SignatureDef()
      definition.signatureKey = signature
      definition.inputs = graph.inputs.map(map)
      definition.outputs = graph.outputs.map(map)
      model.signatureDefs.append(definition)
    }
    return model
  }
}

extension GraphBuilder {
  /// Adds an input to the model.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if a dimension is below 1 or the shape is too large.
  public mutating func input(
    _ name: String, shape: [Int32], encoding: ElementEncoding = .float32
  ) throws(SurgeryError) -> GraphTensor {
    let tensor = try add(name, shape: shape, type: encoding.type, quantization: encoding.quantization)
    model.subgraphs[0].inputs.append(tensor.index)
    return tensor
  }

  /// Adds a float constant, which is referenced and not copied.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if a dimension is below 1 or the shape is too large.
  public mutating func constant(_ name: String, _ weights: WeightTensor) throws(SurgeryError) -> GraphTensor {
    try constant(name, shape: weights.shape.map { Int32(clamping: $0) }, encoding: .float32, contents: weights.data)
  }

  /// Adds a constant of encoded elements.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if a dimension is below 1, and
  ///   ``SurgeryError/badConstant(tensor:expected:found:)`` if the contents do not have the size of the shape.
  public mutating func constant(
    _ name: String, shape: [Int32], encoding: ElementEncoding, contents: Bytes
  ) throws(SurgeryError) -> GraphTensor {
    try add(name, shape: shape, type: encoding.type, quantization: encoding.quantization, contents: contents)
  }

  /// Adds an 8-bit constant with one scale for all or one for each index of a dimension.
  ///
  /// - Throws: The errors of ``constant(_:shape:encoding:contents:)``.
  mutating func constant(
    _ name: String, shape: [Int32], type: ByteType, quantization: QuantizationParameters, contents: Bytes
  ) throws(SurgeryError) -> GraphTensor {
    try add(
      name, shape: shape, type: type == .int8 ? .int8 : .uint8, quantization: quantization, contents: contents)
  }

  /// Adds a constant list of 32-bit integers, such as a shape or the biases of a quantised layer.
  ///
  /// - Throws: ``SurgeryError/cannotBuild(layer:because:)`` if the list is empty.
  public mutating func integers(
    _ name: String, _ values: [Int32], quantization: QuantizationParameters? = nil
  ) throws(SurgeryError) -> GraphTensor {
    let contents = values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    return try add(
      name, shape: [Int32(clamping: values.count)], type: .int32, quantization: quantization, contents: Bytes(contents))
  }

  /// Adds an operator with one output.
  ///
  /// - Parameters:
  ///   - builtin: The operator.
  ///   - inputs: Its inputs; the type of the first determines the operator's version.
  ///   - shape: The output's shape.
  ///   - encoding: The encoding of the output; by default that of the first input.
  ///   - options: The operator's options, if it has any.
  ///   - name: The output's name.
  mutating func layer(
    _ builtin: BuiltinOperator, _ inputs: [GraphTensor], shape: [Int32], encoding: ElementEncoding?,
    options: OperatorOptions?, name: String
  ) throws(SurgeryError) -> GraphTensor {
    guard let first = inputs.first else { throw .cannotBuild(layer: name, because: "it has no input") }
    let quantization =
      encoding.map(\.quantization) ?? model.subgraphs[0].tensor(first.index)?.quantization
    let output = try add(name, shape: shape, type: encoding?.type ?? first.type, quantization: quantization)
    let code = model.operatorCodeIndex(builtin, version: builtin.version(for: first.type))
    model.subgraphs[0].operators.append(
      Operator(opcodeIndex: code, inputs: inputs.map(\.index), outputs: [output.index], options: options))
    return output
  }

  /// Returns the encoding of an output whose values differ from its input's: the requested one, or floats.
  func newEncoding(_ encoding: ElementEncoding?, for input: GraphTensor, layer: String) throws(SurgeryError)
    -> ElementEncoding
  {
    if let encoding { return encoding }
    guard input.type == .float32 else {
      throw .cannotBuild(layer: layer, because: "its input is \(input.type.name), so the output's encoding is needed")
    }
    return .float32
  }

  private mutating func add(
    _ name: String, shape: [Int32], type: TensorType, quantization: QuantizationParameters?, contents: Bytes? = nil
  ) throws(SurgeryError) -> GraphTensor {
    var tensor = Tensor(shape: shape, type: type, name: Text(prefix + name), quantization: quantization)
    guard shape.allSatisfy({ $0 > 0 }), let size = tensor.byteCount,
      let index = Int32(exactly: model.subgraphs[0].tensors.count)
    else { throw .cannotBuild(layer: name, because: "the shape \(shape) is invalid") }
    if let contents {
      guard contents.count == size else {
        throw .badConstant(tensor: "\"\(name)\"", expected: size, found: contents.count)
      }
      tensor.buffer = model.appendBuffer(contents)
    }
    model.subgraphs[0].tensors.append(tensor)
    return GraphTensor(index: index, shape: shape, type: type)
  }
}

extension ElementEncoding {
  /// The quantisation parameters of a tensor with this encoding; nil for floats.
  var quantization: QuantizationParameters? {
    switch self {
    case .float32: nil
    case .uint8(let scale, let zeroPoint), .int8(let scale, let zeroPoint):
      QuantizationParameters(scale: scale, zeroPoint: Int64(zeroPoint))
    }
  }
}

/// A tensor of a graph under construction: the output of one layer and the input of others.
public struct GraphTensor: Sendable, Hashable {
  /// Its index in the main subgraph.
  public let index: Int32
  /// Its shape.
  public let shape: [Int32]
  /// Its element type.
  public let type: TensorType

  init(index: Int32, shape: [Int32], type: TensorType) {
    self.index = index
    self.shape = shape
    self.type = type
  }
}

extension BuiltinOperator {
  /// Returns the operator version that an input type requires; 1 for floats and uint8.
  func version(for type: TensorType) -> Int32 {
    switch (self, type) {
    case (.conv2D, .int8), (.depthwiseConv2D, .int8): 3
    case (.fullyConnected, .int8): 4
    case (.quantize, .int8), (.quantize, .uint8): 2
    case (.add, .int8), (.mul, .int8), (.mean, .int8), (.averagePool2D, .int8), (.softmax, .int8),
      (.l2Normalization, .int8), (.dequantize, .int8), (.sub, .int8), (.maxPool2D, .int8), (.relu, .int8),
      (.relu6, .int8), (.pad, .int8), (.concatenation, .int8), (.logistic, .int8), (.tanh, .int8),
      (.transpose, .int8), (.padV2, .int8), (.resizeBilinear, .int8), (.resizeNearestNeighbor, .int8),
      (.stridedSlice, .int8), (.slice, .int8), (.split, .int8), (.maximum, .int8), (.minimum, .int8), (.sum, .int8),
      (.reduceMax, .int8), (.spaceToBatchNd, .int8), (.batchToSpaceNd, .int8), (.depthToSpace, .int8), (.pack, .int8),
      (.argMax, .int8):
      2
    default: 1
    }
  }
}
