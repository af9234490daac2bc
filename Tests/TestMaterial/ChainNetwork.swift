public import TFLite

/// Random small networks of the kinds of layers that Imprint's own kernels compute, in all shapes, scales and zero points that
/// a file can state for them, and of some that they leave to the runtime.
public struct ChainNetwork {
  /// The network; its output is that of the last layer.
  public private(set) var model = Model()
  /// Whether all its layers are of the kinds that the kernels compute.
  public private(set) var isPlain = true

  private let type: TensorType
  private var generator: SeededGenerator
  private var last: Int32 = 0

  /// Draws a network.
  ///
  /// - Parameters:
  ///   - seed: The same seed gives the same network.
  ///   - side: The side of its picture; by default one from 5 to 24, of height and width each.
  public init(seed: Int, side: Int32? = nil) {
    var generator = SeededGenerator(seed: seed)
    type = Bool.random(using: &generator) ? .uint8 : .int8
    self.generator = generator
    model.version = 3
    model.buffers = [Buffer()]
    model.subgraphs = [SubGraph()]
    let sides = (0..<2).map { _ in side ?? Int32.random(in: 5...24, using: &self.generator) }
    let takesBytes = type == .int8 && chance(0.4)
    last = activations(
      [1, sides[0], sides[1], 3], scale: chance(0.3) ? 1 / 128 : 0.02, type: takesBytes ? .uint8 : type)
    model.subgraphs[0].inputs = [last]
    if takesBytes { convert() }
    convolution(outputs: pick([16, 32, 48, 128]), kernel: 3, stride: pick([1, 2]))
    for _ in 0..<Int.random(in: 1...4, using: &self.generator) { block() }
    model.subgraphs[0].outputs = [last]
  }

  // MARK: Layers

  private mutating func block() {
    let before = last
    if chance(0.3) { convolution(outputs: pick([16, 64, 96]), kernel: 1, stride: 1) }
    if chance(0.75) { depthwise(kernel: pick([3, 3, 5]), stride: pick([1, 1, 2])) }
    let isSum = chance(0.4) && shape(before) == shape(last)
    convolution(outputs: isSum ? shape(before)[3] : pick([16, 16, 64, 80, 256, 272, 24, 8]), kernel: 1, stride: 1)
    if isSum, shape(before) == shape(last) { sum(before) }
    // What the kernels leave to the runtime.
    if chance(0.04) {
      isPlain = false
      convolution(outputs: pick([13, 16]), kernel: pick([1, 3]), stride: pick([1, 2]))
    }
  }

  /// Adds an operator that turns bytes into signed numbers.
  private mutating func convert() {
    guard let quantization = model.subgraphs[0].tensors[Int(last)].quantization else { return }
    let output = append(
      Tensor(
        shape: shape(last), type: .int8, name: "signed",
        quantization: QuantizationParameters(scale: quantization.scale[0], zeroPoint: quantization.zeroPoint[0] - 128)))
    add(.quantize, [last], output, nil)
  }

  private mutating func convolution(outputs: Int32, kernel: Int32, stride: Int32) {
    let size = shape(last)
    let padding: Padding = chance(0.8) || size[1] < 4 * kernel || size[2] < 4 * kernel ? .same : .valid
    let terms = kernel * kernel * size[3]
    let (filter, bias, unit) = weights([outputs, kernel, kernel, size[3]], outputs: outputs, dimension: 0)
    let sides = size[1...2].map { Self.side($0, kernel, stride, padding) }
    let output = activations([1, sides[0], sides[1], outputs], scale: scale(of: terms, unit: unit))
    let options = Conv2DOptions(
      padding: padding, strideWidth: stride, strideHeight: stride, activation: activation(output))
    add(.conv2D, [last, filter, bias], output, options.options)
  }

  private mutating func depthwise(kernel: Int32, stride: Int32) {
    let size = shape(last)
    if !size[3].isMultiple(of: 16) { isPlain = false }
    let padding: Padding = chance(0.8) || size[1] < 4 * kernel || size[2] < 4 * kernel ? .same : .valid
    // Several results for each channel are left to the runtime.
    let multiplier: Int32 = chance(0.03) ? 2 : 1
    if multiplier > 1 { isPlain = false }
    let outputs = size[3] * multiplier
    let (filter, bias, unit) = weights([1, kernel, kernel, outputs], outputs: outputs, dimension: 3)
    let sides = size[1...2].map { Self.side($0, kernel, stride, padding) }
    let output = activations([1, sides[0], sides[1], outputs], scale: scale(of: kernel * kernel, unit: unit))
    let options = DepthwiseConv2DOptions(
      padding: padding, strideWidth: stride, strideHeight: stride, depthMultiplier: multiplier,
      activation: activation(output))
    add(.depthwiseConv2D, [last, filter, bias], output, options.options)
  }

  private mutating func sum(_ other: Int32) {
    let inputs = chance(0.5) ? [other, last] : [last, other]
    // The runtime ends the process where a summand's scale is far from that of the sum.
    let scales = inputs.map { model.subgraphs[0].tensors[Int($0)].quantization?.scale.first ?? 1 }
    let output = activations(shape(last), scale: max(scales[0], scales[1]) * pick([0.5, 1, 1.7]))
    add(.add, inputs, output, AddOptions().options)
  }

  private static func side(_ input: Int32, _ kernel: Int32, _ stride: Int32, _ padding: Padding) -> Int32 {
    padding == .same ? (input + stride - 1) / stride : (input - kernel) / stride + 1
  }

  // MARK: Tensors

  private func shape(_ tensor: Int32) -> [Int32] { model.subgraphs[0].tensors[Int(tensor)].shape }

  private mutating func activations(_ shape: [Int32], scale: Float, type: TensorType? = nil) -> Int32 {
    let type = type ?? self.type
    let range: ClosedRange<Int64> = type == .uint8 ? 0...255 : -128...127
    let middle = type == .uint8 ? 128 : 0
    let zero = pick([range.lowerBound, range.upperBound, Int64(middle), Int64.random(in: range, using: &generator)])
    return append(
      Tensor(
        shape: shape, type: type, name: "activations",
        quantization: QuantizationParameters(scale: scale, zeroPoint: zero)))
  }

  /// Returns a filter, a bias and the product of the input's scale and the filter's.
  private mutating func weights(
    _ shape: [Int32], outputs: Int32, dimension: Int32
  ) -> (filter: Int32, bias: Int32, unit: Float) {
    let count = shape.reduce(1) { $0 * Int($1) }
    let base = pick([0.01, 1 / 64] as [Float])
    let reach = pick([127, 127, 20, 60])
    let isSparse = chance(0.3)
    // All weights of one value are the largest sums.
    let constant = chance(0.1) ? reach : nil
    let zero: Int64 = type == .uint8 ? pick([0, 255, 128, 100]) : 0
    let bytes = (0..<count).map { _ -> UInt8 in
      let weight = constant ?? Int.random(in: -reach...reach, using: &generator)
      let kept = isSparse && chance(0.9) ? 0 : weight
      if type == .int8 { return UInt8(truncatingIfNeeded: kept) }
      return UInt8(min(max(Int(zero) + kept, 0), 255))
    }
    let isByChannel = type == .int8 && chance(0.7)
    let scales = isByChannel ? (0..<outputs).map { _ in base * Float.random(in: 0.1...1, using: &generator) } : [base]
    let filter = append(
      Tensor(
        shape: shape, type: type, name: "filter",
        quantization: QuantizationParameters(
          scale: scales, zeroPoint: scales.map { _ in zero }, quantizedDimension: isByChannel ? dimension : 0)),
      bytes)
    let input = model.subgraphs[0].tensors[Int(last)].quantization?.scale.first ?? 1
    let biases = (0..<outputs).map { _ in Int32.random(in: -20_000...20_000, using: &generator) }
    let bias = append(
      Tensor(
        shape: [outputs], type: .int32, name: "bias",
        quantization: QuantizationParameters(
          scale: scales.map { $0 * input }, zeroPoint: scales.map { _ in 0 }, quantizedDimension: 0)),
      biases.map(\.littleEndian).withUnsafeBytes { Array($0) })
    return (filter, bias, input * base)
  }

  /// Returns a scale for sums of so many products, so that results fill their range more or less; at times such that many
  /// results lie in the middle between two numbers.
  private mutating func scale(of terms: Int32, unit: Float) -> Float {
    let full = unit * 40 * Float(terms).squareRoot() * pick([0.3, 1, 3])
    guard chance(0.3) else { return full }
    var power: Float = unit
    while power < full { power *= 2 }
    return power
  }

  private mutating func activation(_ output: Int32) -> ActivationFunction {
    ActivationFunction(rawValue: pick([0, 0, 1, 3, 3]))
  }

  private mutating func append(_ tensor: Tensor, _ contents: [UInt8]? = nil) -> Int32 {
    var tensor = tensor
    if let contents {
      tensor.buffer = UInt32(model.buffers.count)
      model.buffers.append(Buffer(Bytes(contents)))
    }
    model.subgraphs[0].tensors.append(tensor)
    return Int32(model.subgraphs[0].tensors.count - 1)
  }

  private mutating func add(
    _ builtin: BuiltinOperator, _ inputs: [Int32], _ output: Int32, _ options: OperatorOptions?
  ) {
    var code = OperatorCode(builtin)
    code.version = type == .int8 && builtin != .quantize ? 3 : 1
    if builtin == .add, type == .int8 { code.version = 2 }
    model.operatorCodes.append(code)
    model.subgraphs[0].operators.append(
      Operator(
        opcodeIndex: UInt32(model.operatorCodes.count - 1), inputs: inputs, outputs: [output], options: options))
    last = output
  }

  // MARK: Chance

  private mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &generator) < share }

  private mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: 0..<values.count, using: &generator)]
  }
}
