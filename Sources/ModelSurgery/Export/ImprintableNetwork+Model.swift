public import TFLite

extension ImprintableNetwork {
  /// The network in floats.
  ///
  /// Its input is `[1, side, side, 3]` with bytes as (byte − mean) / deviation, which its metadata says; nothing in the model
  /// normalises it. Batch normalisation is folded into the convolutions. The embedding is `[1, 1, 1, D']`, the output
  /// `[1, K]`. Layers have their names, what comes behind them those of Coral's tail; the labels are packed behind the model.
  ///
  /// - Throws: ``ExportError/badNetwork(because:)``, and ``ConversionError`` and ``SurgeryError`` where the weights are not
  ///   the network's.
  /// - Complexity: O(the number of weights).
  public func floatModel() throws -> Model {
    try model(storage: nil, input: nil, output: nil)
  }

  /// The network in bytes, with the ranges that it was trained for.
  ///
  /// Weights with their batch normalisation folded in are rounded as ``RoundedWeights`` has it, biases to 32-bit whole
  /// numbers in steps of input scale × weight scale, and results as ``ActivationGrid`` has it. The classes' rows have one
  /// scale in all on either grid, and ``rowRoom(of:isProjected:)``, so that others can be imprinted beside them.
  ///
  /// - Parameters:
  ///   - ranges: Between which numbers the result of each of ``rangedLayers`` lies. They are taken as they are.
  ///   - grid: ``WeightGrid/uint8PerTensor`` for uint8 throughout, as Coral's models are and the Edge TPU's compiler takes
  ///     them; ``WeightGrid/int8PerChannel`` for int8, which processors are quicker with.
  ///   - input: The bytes that it takes; by default the layers' own. Others get a QUANTIZE before the first layer.
  ///   - output: The bytes that it gives; by default the layers' own. Others get a QUANTIZE behind the softmax, which
  ///     stands against imprinting.
  /// - Throws: Besides what ``floatModel()`` does ``ExportError/missingRange(layer:)``,
  ///   ``ExportError/badRange(layer:lower:upper:)``, and ``ExportError/badLayer(_:because:)`` where weights and ranges
  ///   differ beyond all measure.
  /// - Complexity: O(the number of weights).
  public func quantizedModel(
    ranges: [String: ActivationRanges.Range], grid: WeightGrid, input: ByteType? = nil, output: ByteType? = nil
  ) throws -> Model {
    try model(storage: ByteStorage(grid: grid, ranges: ranges), input: input, output: output)
  }

  private func model(storage: ByteStorage?, input: ByteType?, output: ByteType?) throws -> Model {
    let rows = try checkedRows()
    var assembly = NetworkAssembly(
      weights: base, epsilon: architecture.epsilon, storage: storage, keepsDimensions: true)
    var current = try picture(storage, input, in: &assembly.builder)
    current = try assembly.add(architecture.base.layers, to: current)
    if let projection {
      let linear = FoldedConvolution(
        linear: projection.elements, outputs: projection.shape[0], inputs: projection.shape[1])
      current = try assembly.convolution(linear, on: current, name: Self.projectionName)
    }
    let scores = try tail(behind: current, rows, storage, output, in: &assembly.builder)
    var model = assembly.builder.finish(with: scores, signature: "serving_default")
    try model.describeClassifier(
      name: architecture.name,
      normalization: PictureNormalization(mean: [architecture.mean], deviation: [architecture.deviation]),
      labels: labels)
    return model
  }

  /// Adds the input, and what brings it to the layers' bytes.
  private func picture(
    _ storage: ByteStorage?, _ type: ByteType?, in builder: inout GraphBuilder
  ) throws -> GraphTensor {
    let shape = [1, architecture.side, architecture.side, 3]
    guard let inner = storage?.grid.byteType else { return try builder.input("image", shape: shape) }
    func encoding(_ type: ByteType) -> ElementEncoding {
      let zeroPoint = Int(architecture.mean.rounded())
      let scale = 1 / architecture.deviation
      return type == .uint8
        ? .uint8(scale: scale, zeroPoint: zeroPoint) : .int8(scale: scale, zeroPoint: zeroPoint - 128)
    }
    let outer = type ?? inner
    let picture = try builder.input("image", shape: shape, encoding: encoding(outer))
    return outer == inner
      ? picture : try builder.quantize(picture, to: encoding(inner), name: "image_\(inner.rawValue)")
  }

  /// Adds the normalisation, the classes' rows and the softmax, and what brings the scores to the bytes that are asked for.
  private func tail(
    behind vector: GraphTensor, _ rows: [Float], _ storage: ByteStorage?, _ type: ByteType?,
    in builder: inout GraphBuilder
  ) throws -> GraphTensor {
    let biases = Array(repeating: Float(0), count: self.rows.shape[0])
    guard let storage else {
      return try builder.imprintingTail(
        behind: vector, scale: scale, encoding: .float32, kernel: .float32, rows: rows, biases: biases)
    }
    let inner = storage.grid.byteType
    let outer = type ?? inner
    let room = Self.rowRoom(of: architecture, isProjected: projection != nil)
    let rounded = RoundedWeights(rows, outputs: 1, on: storage.grid, room: room)
    let kernel: ElementEncoding =
      switch inner {
      case .uint8: .uint8(scale: rounded.scales[0], zeroPoint: rounded.zeroPoint)
      case .int8: .int8(scale: rounded.scales[0], zeroPoint: rounded.zeroPoint)
      }
    let scores = try builder.imprintingTail(
      behind: vector, scale: scale, encoding: ActivationGrid.symmetric(1).encoding(inner), kernel: kernel,
      rows: rounded.values, biases: biases, name: outer == inner ? "Scores" : "Scores_\(inner.rawValue)")
    guard outer != inner else { return scores }
    let wanted: ElementEncoding =
      outer == .uint8 ? .uint8(scale: 1 / 256, zeroPoint: 0) : .int8(scale: 1 / 256, zeroPoint: -128)
    return try builder.quantize(scores, to: wanted, name: "Scores")
  }
}

/// How the layers of a network are stored in bytes: the grid of the weights, and between which numbers results lie.
struct ByteStorage: Sendable {
  let grid: WeightGrid
  let ranges: [String: ActivationRanges.Range]

  /// How a layer's result is stored.
  ///
  /// - Throws: ``ExportError/missingRange(layer:)`` or ``ExportError/badRange(layer:lower:upper:)``.
  func encoding(of layer: String) throws(ExportError) -> ElementEncoding {
    guard let range = ranges[layer] else { throw .missingRange(layer: layer) }
    guard let found = ActivationGrid(lower: range.lower, upper: range.upper), Self.scales.contains(found.scale) else {
      throw .badRange(layer: layer, lower: range.lower, upper: range.upper)
    }
    return found.encoding(grid.byteType)
  }

  /// How the result of a layer without weights is stored.
  ///
  /// - Throws: Also ``ExportError/badLayer(_:because:)`` where what it reads has steps out of all proportion to its own:
  ///   runtimes cannot compute such a sum.
  func encoding(of layer: String, from inputs: [ElementEncoding]) throws(ExportError) -> ElementEncoding {
    let encoding = try encoding(of: layer)
    for input in inputs where !(input.unit / encoding.unit < 0x1p13) {
      throw .badLayer(layer, because: "its range is next to nothing beside those of its inputs")
    }
    return encoding
  }

  /// Scales that runtimes can compute with, far beyond what any network has.
  static let scales: ClosedRange<Float> = 1e-30...1e30
}

/// A convolution's weights and biases in whole numbers.
///
/// The biases are in steps of the input's scale times the weights'. Weights are rounded as ``RoundedWeights`` has it. On a
/// grid by channel, an output whose weights are next to nothing beside its bias, or beside a step of the result, gets a
/// greater scale, so that the bias fits into 32 bits: what dead channels of trained networks need.
struct RoundedConvolution: Sendable {
  let weights: RoundedWeights
  let bias: [Int32]
  /// What the kernel's and the bias's tensors say of their numbers.
  let kernelQuantization, biasQuantization: QuantizationParameters

  /// Rounds a convolution.
  ///
  /// - Parameters:
  ///   - folded: The convolution.
  ///   - isDepthwise: Whether each channel is convolved by itself.
  ///   - grid: The grid of the weights.
  ///   - input: The scale of what it reads.
  ///   - output: The scale of its result.
  ///   - name: Its name.
  /// - Throws: ``ExportError/badLayer(_:because:)`` where scales are beyond 32-bit floats, or what a runtime can do, or the
  ///   bias beyond 32-bit integers.
  init(
    _ folded: FoldedConvolution, isDepthwise: Bool, on grid: WeightGrid, input: Float, output: Float, name: String
  ) throws(ExportError) {
    let outputs = folded.bias.count
    let least = output / input * 0x1p-30
    let leastScales = grid == .int8PerChannel ? folded.bias.map { max(abs($0) / input * 0x1p-30, least) } : []
    weights = RoundedWeights(
      folded.kernel, outputs: outputs, isDepthwise: isDepthwise, on: grid, leastScales: leastScales)
    let units = weights.scales.map { $0 * input }
    // A runtime multiplies by units / output; a step of a product that is hundreds of the result's makes no sense to it.
    guard zip(weights.scales, units).allSatisfy({ $0.isNormal && $1.isNormal && $1 / output < 256 }) else {
      throw .badLayer(name, because: "its weights and ranges differ so much that no scale serves")
    }
    var bias: [Int32] = []
    bias.reserveCapacity(outputs)
    for (place, number) in folded.bias.enumerated() {
      guard let step = Int32(exactly: (number / units[units.count == 1 ? 0 : place]).rounded()) else {
        throw .badLayer(name, because: "its bias \(place), \(number), is too large beside its weights")
      }
      bias.append(step)
    }
    self.bias = bias
    var kernel = QuantizationParameters(
      scale: weights.scales, zeroPoint: Array(repeating: Int64(weights.zeroPoint), count: weights.scales.count))
    kernel.quantizedDimension = isDepthwise && weights.scales.count > 1 ? 3 : 0
    kernelQuantization = kernel
    biasQuantization = QuantizationParameters(scale: units, zeroPoint: Array(repeating: 0, count: units.count))
  }
}
