import TFLite

/// A uint8 layer whose weights can be converted, described before any weight is read.
struct UnsignedLayer: Sendable {
  /// The tensors of the input, the weights and, if there is one, the bias.
  let input, weights: Int32
  let bias: Int32?
  /// The number of outputs, and the dimension of the weights along which their scales run.
  let channels: Int
  let dimension: QuantizationRule.Dimension
  let inputScale: Float
  let weightScale: ByteScale

  /// Reads a layer, or returns nil if it cannot be converted.
  init?(_ op: Operator, dimension: QuantizationRule.Dimension, of model: Model, _ graph: SubGraph) {
    guard op.inputs.count >= 2, op.inputs.count <= 3, op.outputs.count == 1,
      let source = graph.tensor(op.inputs[0]), model.constant(source) == nil, let sourceScale = ByteScale(of: source),
      let kernel = graph.tensor(op.inputs[1]), model.constant(kernel) != nil, let kernelScale = ByteScale(of: kernel),
      let result = graph.tensor(op.outputs[0]), let resultScale = ByteScale(of: result),
      kernel.shape.count == 4 || dimension == .none && kernel.shape.count == 2,
      let outputs = dimension == .last ? kernel.shape.last : kernel.shape.first, outputs > 0,
      dimension != .last || kernel.shape[0] == 1,
      let size = kernel.elementCount, size > 0, size == model.constant(kernel)?.count
    else { return nil }
    if let options = op.options.flatMap({ FullyConnectedOptions($0) }), options.weightsFormat != .standard {
      return nil
    }
    // The widest step is 255 / 127 of the tensor's.
    for unit in [sourceScale.scale * kernelScale.scale, 2.1 * sourceScale.scale * kernelScale.scale] {
      guard unit.isNormal, (unit / resultScale.scale).isNormal, unit / resultScale.scale < 128 else { return nil }
    }
    if op.inputs.count > 2, op.inputs[2] >= 0 {
      guard let tensor = graph.tensor(op.inputs[2]), tensor.type == .int32, tensor.sparsity == nil,
        tensor.externalBuffer == 0, tensor.elementCount == Int(outputs),
        model.constant(tensor)?.count == 4 * Int(outputs)
      else { return nil }
      bias = op.inputs[2]
    } else {
      bias = nil
    }
    input = op.inputs[0]
    weights = op.inputs[1]
    channels = Int(outputs)
    self.dimension = dimension
    inputScale = sourceScale.scale
    weightScale = kernelScale
  }

  /// Returns the maximum size of the converted constants in bytes.
  func byteCount(in model: Model, _ graph: SubGraph) -> Int {
    [weights, bias ?? -1].reduce(0) { $0 + (graph.tensor($1).flatMap { model.constant($0) }?.count ?? 0) }
  }
}

/// The weights of a layer as int8 with the zero point 0, −127 … 127.
///
/// A channel whose weights are within those limits of their zero point keeps the tensor's scale and every weight
/// exactly. Other channels are rounded to steps m / 127 times as large, with m the greatest magnitude.
struct SignedWeights: Sendable {
  /// The weights, in their original order.
  let bytes: Bytes
  /// m of each channel; at most 127 if the weights are exact.
  let reaches: [Int]

  /// The number of exact channels.
  var exactChannels: Int { reaches.count { $0 <= 127 } }

  /// Returns the step of a channel's weights, relative to the original tensor's.
  func step(ofChannel channel: Int) -> Float { max(Float(reaches[channel]) / 127, 1) }

  /// Converts weights.
  ///
  /// - Parameters:
  ///   - weights: uint8 weights; their number is a multiple of the channels.
  ///   - zeroPoint: Their zero point.
  ///   - channels: The number of outputs, 1 or more.
  ///   - dimension: The dimension of the channels, or none for a single scale.
  /// - Complexity: O(weights).
  init(_ weights: Bytes, zeroPoint: UInt8, channels: Int, dimension: QuantizationRule.Dimension) {
    var reaches: [Int] = []
    let bytes = weights.withUnsafeBytes { source in
      [UInt8](unsafeUninitializedCapacity: source.count) { target, count in
        let source = source.bindMemory(to: UInt8.self)
        reaches =
          dimension == .last
          ? Self.columnReaches(source, zeroPoint, channels) : Self.rowReaches(source, zeroPoint, channels)
        if dimension == .none { reaches = Array(repeating: reaches.max() ?? 0, count: channels) }
        for place in 0..<source.count { target[place] = source[place] &- zeroPoint }
        for (channel, reach) in reaches.enumerated() where reach > 127 {
          let length = source.count / channels
          let places =
            dimension == .last
            ? stride(from: channel, to: source.count, by: channels)
            : stride(from: channel * length, to: (channel + 1) * length, by: 1)
          Self.round(source, target, zeroPoint, places, reach)
        }
        count = source.count
      }
    }
    self.bytes = Bytes(bytes)
    self.reaches = reaches
  }

  private static func round(
    _ source: UnsafeBufferPointer<UInt8>, _ target: UnsafeMutableBufferPointer<UInt8>, _ zeroPoint: UInt8,
    _ places: StrideTo<Int>, _ reach: Int
  ) {
    let factor = 127 / Float(reach)
    for place in places {
      target[place] = UInt8(bitPattern: Int8((Float(Int(source[place]) - Int(zeroPoint)) * factor).rounded()))
    }
  }

  /// Returns the greatest magnitude of each row of weights.
  private static func rowReaches(_ source: UnsafeBufferPointer<UInt8>, _ zeroPoint: UInt8, _ rows: Int) -> [Int] {
    let length = source.count / rows
    return (0..<rows).map { row in
      var low = zeroPoint
      var high = zeroPoint
      for place in row * length..<(row + 1) * length {
        low = min(low, source[place])
        high = max(high, source[place])
      }
      return Int(max(high - zeroPoint, zeroPoint - low))
    }
  }

  /// Returns the greatest magnitude of each column of weights.
  private static func columnReaches(
    _ source: UnsafeBufferPointer<UInt8>, _ zeroPoint: UInt8, _ columns: Int
  ) -> [Int] {
    var low = [UInt8](repeating: zeroPoint, count: columns)
    var high = low
    for row in 0..<source.count / columns {
      for column in 0..<columns {
        let weight = source[row * columns + column]
        low[column] = min(low[column], weight)
        high[column] = max(high[column], weight)
      }
    }
    return (0..<columns).map { Int(max(high[$0] - zeroPoint, zeroPoint - low[$0])) }
  }
}
