import TFLite

/// The convolutions of a model that correspond to the convolutions of a network, found by following the graph from its
/// input.
///
/// The kinds of the layers, the shapes of their weights, strides, padding and activations are compared; no weight is read.
struct ModelLayers {
  /// The embedding's tensor, or nil if the model has no mean after its convolutions.
  private(set) var embedding: Int32?

  private let readers: GraphReaders
  private let model: Model
  private var place: GraphReaders.Place
  private var channels = 3
  private var pairs: [(layer: Architecture.Layer, op: Operator)] = []
  /// The results of the layers, activations included, by the network's names.
  private var results: [(layer: String, tensor: Int32)] = []

  /// Follows a model's main graph.
  ///
  /// - Throws: ``LayerMismatch`` with the first difference.
  /// - Complexity: O(operators) if the layers are those of the network.
  init(of model: Model, for architecture: Architecture) throws(LayerMismatch) {
    readers = GraphReaders(of: model)
    self.model = model
    guard let input = readers.graph.inputs.first, readers.graph.inputs.count == 1 else {
      throw LayerMismatch("the model has \(readers.graph.inputs.count) inputs, where a single picture is needed")
    }
    place = GraphReaders.Place(tensor: input)
    try follow(architecture.layers)
  }

  private mutating func follow(_ layers: [Architecture.Layer]) throws(LayerMismatch) {
    for layer in layers {
      switch layer {
      case .convolution(let name, _, _, let outputs, let window, let stride, let activation):
        let shape = [outputs, window, window, channels]
        try follow(Expected(name, .conv2D, shape, window, stride, activation), as: layer)
        channels = outputs
      case .depthwise(let name, _, _, let window, let stride, let activation):
        let shape = [1, window, window, channels]
        try follow(Expected(name, .depthwiseConv2D, shape, window, stride, activation), as: layer)
      case .residual(let name, let inner):
        let start = place
        try follow(inner)
        try followSum(name, of: start)
        results.append((name, place.tensor))
      case .mean(let name):
        if let (index, _) = next(among: [.mean, .averagePool2D]),
          let output = readers.graph.operators[index].outputs.first,
          readers.graph.tensor(output)?.elementCount == channels
        {
          embedding = output
          results.append((name, output))
        }
      case .fullyConnected, .softmax: break
      }
    }
  }

  /// A convolution of the network.
  private struct Expected {
    let name: String
    let kind: BuiltinOperator
    /// The shape of the weights, with the dimensions in the order of a `.tflite` file.
    let shape: [Int]
    let window: Int32
    let stride: Int32
    let activation: ActivationFunction

    init(
      _ name: String, _ kind: BuiltinOperator, _ shape: [Int], _ window: Int, _ stride: Int32,
      _ activation: ActivationFunction
    ) {
      self.name = name
      self.kind = kind
      self.shape = shape
      self.window = Int32(clamping: window)
      self.stride = stride
      self.activation = activation
    }
  }

  /// Moves past the next convolution, which must be the expected one.
  private mutating func follow(_ expected: Expected, as layer: Architecture.Layer) throws(LayerMismatch) {
    guard let (index, pads) = next(among: [.conv2D, .depthwiseConv2D]) else {
      throw LayerMismatch("it has no convolution where the network has \(expected.name)")
    }
    let op = readers.graph.operators[index]
    let label = op.outputs.first.map { readers.graph.label(of: $0) } ?? "without an output"
    let mismatch = { (words: String) in LayerMismatch("its layer \(label) \(words) for \(expected.name)") }
    guard model.builtinOperator(of: op) == expected.kind else {
      throw mismatch("is a \(model.name(of: op)), where the network has a \(expected.kind.name)")
    }
    guard op.inputs.count > 1, let kernel = readers.graph.tensor(op.inputs[1]), let output = op.outputs.first else {
      throw mismatch("has no weights or no output, where the network has both")
    }
    guard kernel.shape.map(Int.init) == expected.shape else {
      throw mismatch("has weights of the shape \(kernel.shape), where the network has \(expected.shape)")
    }
    place = GraphReaders.Place(tensor: output, writer: index)
    let window = Window(op)
    guard window.stride == [expected.stride, expected.stride], window.dilation == [1, 1] else {
      throw mismatch("has the strides \(window.stride), where the network has \(expected.stride)")
    }
    guard isPaddedAsSame(op, window, expected, pads: pads) else {
      throw mismatch("does not have TensorFlow's SAME padding, which the network has")
    }
    let activation = takeActivation(window.activation)
    guard activation == expected.activation || expected.activation == .relu6 && isWithinSix(place.tensor) else {
      throw mismatch("has the activation \(activation.name), where the network has \(expected.activation.name)")
    }
    pairs.append((layer, op))
    results.append((expected.name, place.tensor))
  }

  /// Returns the next operator of the given kinds, and the tensor of paddings of a PAD before it. Operators in between
  /// may only change the type of the numbers or prepare the picture.
  private func next(among wanted: Set<BuiltinOperator>) -> (index: Int, pads: Int32?)? {
    var place = place
    var pads: Int32?
    while true {
      let found = readers.all(from: place)
      let isWanted = { (op: Operator) in model.builtinOperator(of: op).map(wanted.contains) ?? false }
      if let index = found.first(where: { isWanted(readers.graph.operators[$0]) }) { return (index, pads) }
      guard let index = found.first(where: { isPassed(readers.graph.operators[$0]) }) else { return nil }
      let op = readers.graph.operators[index]
      if model.builtinOperator(of: op) == .pad {
        guard pads == nil, op.inputs.count > 1 else { return nil }
        pads = op.inputs[1]
      }
      guard let output = op.outputs.first else { return nil }
      place = GraphReaders.Place(tensor: output, writer: index)
    }
  }

  private func isPassed(_ op: Operator) -> Bool {
    switch model.builtinOperator(of: op) {
    case .quantize, .dequantize, .pad: true
    case .cast, .mul, .add, .sub, .div: pairs.isEmpty
    default: false
    }
  }

  /// Moves past the sum of the current tensor and the tensor of an earlier place.
  private mutating func followSum(_ name: String, of start: GraphReaders.Place) throws(LayerMismatch) {
    guard let (index, _) = next(among: [.add]), let output = readers.graph.operators[index].outputs.first,
      readers.graph.operators[index].inputs.contains(start.tensor)
    else { throw LayerMismatch("it has no sum where the network has \(name)") }
    place = GraphReaders.Place(tensor: output, writer: index)
  }

  /// Returns the activation of the last layer passed: its fused activation, or that of a separate operator after it,
  /// which is passed too.
  private mutating func takeActivation(_ own: ActivationFunction) -> ActivationFunction {
    guard own == .none, let (op, next) = readers.only(from: place), model.builtinOperator(of: op) == .relu6 else {
      return own
    }
    place = next
    return .relu6
  }

  /// Returns whether the range of a tensor's bytes is 0 to 6, which clips as ReLU6 does.
  private func isWithinSix(_ index: Int32) -> Bool {
    guard let tensor = readers.graph.tensor(index), let encoding = try? ElementEncoding(of: tensor, label: "") else {
      return false
    }
    switch encoding {
    case .float32: return false
    case .uint8(let scale, let zeroPoint): return zeroPoint == 0 && abs(255 * scale - 6) < 0.1
    case .int8(let scale, let zeroPoint): return zeroPoint == -128 && abs(255 * scale - 6) < 0.1
    }
  }

  /// Returns whether a convolution has TensorFlow's SAME padding, either itself or through a PAD before it.
  private func isPaddedAsSame(_ op: Operator, _ window: Window, _ expected: Expected, pads: Int32?) -> Bool {
    guard window.padding == .valid else { return window.padding == .same && pads == nil }
    guard let input = readers.graph.tensor(op.inputs[0]), input.shape.count == 4,
      input.shape.allSatisfy({ (1..<(1 << 16)).contains($0) }), expected.stride > 0
    else { return false }
    var before: [Int32] = [0, 0, 0, 0]
    var after = before
    if let pads {
      guard let numbers = integers(pads), numbers.count == 8, numbers.allSatisfy({ (0...64).contains($0) }) else {
        return false
      }
      before = (0..<4).map { numbers[2 * $0] }
      after = (0..<4).map { numbers[2 * $0 + 1] }
    }
    return (0..<4).allSatisfy { dimension in
      guard dimension == 1 || dimension == 2 else { return before[dimension] == 0 && after[dimension] == 0 }
      let size = input.shape[dimension] - before[dimension] - after[dimension]
      guard size > 0 else { return false }
      let total = max(0, (size - 1) / expected.stride * expected.stride + expected.window - size)
      return before[dimension] == total / 2 && after[dimension] == total - total / 2
    }
  }

  private func integers(_ index: Int32) -> [Int32]? {
    guard let tensor = readers.graph.tensor(index), tensor.type == .int32 else { return nil }
    return model.wholeNumbers(of: tensor)?.map { Int32(clamping: $0) }
  }
}

/// The padding, strides, dilation and activation of a convolution of either kind.
private struct Window {
  let padding: Padding
  let stride, dilation: [Int32]
  let activation: ActivationFunction

  init(_ op: Operator) {
    if let options = op.options.flatMap({ DepthwiseConv2DOptions($0) }) {
      padding = options.padding
      stride = [options.strideHeight, options.strideWidth]
      dilation = [options.dilationHeight, options.dilationWidth]
      activation = options.activation
    } else {
      let options = op.options.flatMap { Conv2DOptions($0) } ?? Conv2DOptions(strideWidth: 0, strideHeight: 0)
      padding = options.padding
      stride = [options.strideHeight, options.strideWidth]
      dilation = [options.dilationHeight, options.dilationWidth]
      activation = options.activation
    }
  }
}

extension ModelLayers {
  /// Returns the weights of the layers under the network's names, in PyTorch's order of dimensions. Batch
  /// normalisations that only add a constant represent the biases.
  ///
  /// - Throws: ``SurgeryError`` if a weight cannot be read.
  /// - Complexity: O(the number of weights).
  func weights(of model: Model, epsilon: Double) throws(SurgeryError) -> NamedWeights {
    var weights: [(name: String, tensor: WeightTensor)] = []
    for (layer, op) in pairs {
      switch layer {
      case .convolution(_, let prefix, let normalization, _, _, _, _):
        // Outputs, rows, columns, inputs.
        weights += try tensors(op, prefix, normalization, outputs: 0, order: [0, 3, 1, 2], epsilon: epsilon)
      case .depthwise(_, let prefix, let normalization, _, _, _):
        // 1, rows, columns, channels.
        weights += try tensors(op, prefix, normalization, outputs: 3, order: [3, 0, 1, 2], epsilon: epsilon)
      case .residual, .mean, .fullyConnected, .softmax: break
      }
    }
    return NamedWeights(weights)
  }

  private func tensors(
    _ op: Operator, _ prefix: String, _ normalization: String, outputs: Int, order: [Int], epsilon: Double
  ) throws(SurgeryError) -> [(name: String, tensor: WeightTensor)] {
    let shape = readers.graph.tensor(op.inputs[1])?.shape.map(Int.init) ?? []
    let (values, scales) = try model.realNumbers(of: op.inputs[1], along: outputs)
    let biases = try model.biases(of: op, scales: scales)
    guard let kernel = WeightTensor(shape: shape, values)?.permuted(order) else {
      throw .unsuitable(
        tensor: readers.graph.label(of: op.inputs[1]), because: "the size of its contents does not match its shape")
    }
    let count = biases.count
    let numbers: [[Float]] = [
      Array(repeating: Float((1 + epsilon).squareRoot()), count: count), biases,
      Array(repeating: 0, count: count), Array(repeating: 1, count: count),
    ]
    return [(prefix + ".weight", kernel)]
      + zip(BatchNormalization.names(normalization), numbers).compactMap { name, numbers in
        WeightTensor(shape: [count], numbers).map { (name, $0) }
      }
  }
}

extension ModelLayers {
  /// The range of each layer's result, by the network's names, if all results are bytes with one scale; else none.
  var ranges: [String: ActivationRanges.Range] {
    var ranges: [String: ActivationRanges.Range] = [:]
    for (layer, index) in results {
      guard let tensor = readers.graph.tensor(index), let range = try? ElementEncoding(of: tensor, label: "").range
      else { return [:] }
      ranges[layer] = range
    }
    return embedding == nil ? [:] : ranges
  }
}

extension ElementEncoding {
  /// The values of the first and the last byte; nil for floats.
  fileprivate var range: ActivationRanges.Range? {
    switch self {
    case .float32: nil
    case .uint8(let scale, let zeroPoint):
      ActivationRanges.Range(lower: -Float(zeroPoint) * scale, upper: Float(255 - zeroPoint) * scale)
    case .int8(let scale, let zeroPoint):
      ActivationRanges.Range(lower: -Float(zeroPoint + 128) * scale, upper: Float(127 - zeroPoint) * scale)
    }
  }
}

/// The first difference between a model's layers and a network's, in words.
struct LayerMismatch: Error {
  let words: String

  init(_ words: String) { self.words = words }
}
