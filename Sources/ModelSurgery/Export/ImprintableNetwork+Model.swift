public import TFLite

extension ImprintableNetwork {
  /// Returns the float model.
  ///
  /// The input is `[1, side, side, 3]` with bytes as (byte − mean) / deviation, which the metadata states; the model
  /// itself does not normalise. Batch normalisation is folded into the convolutions. The embedding is `[1, 1, 1, D']`,
  /// the output `[1, K]`. Layers keep their names, the tail has Coral's; the labels are packed after the model.
  ///
  /// - Throws: ``ExportError/badNetwork(because:)``, and ``ConversionError`` and ``SurgeryError`` if the weights do not
  ///   fit the network.
  /// - Complexity: O(weights).
  public func floatModel() throws -> Model {
    try model(storage: nil, input: nil, output: nil)
  }

  /// Returns the 8-bit model, with the ranges that the network was trained for.
  ///
  /// Weights with folded batch normalisation are rounded as in ``RoundedWeights``, biases to 32-bit integers in steps
  /// of input scale × weight scale, and results as in ``ActivationGrid``. The class rows have a single scale on either
  /// grid, and their range covers ``rowRoom(of:isProjected:)``, so that more classes can be imprinted later.
  ///
  /// - Parameters:
  ///   - ranges: The range of the result of each of ``rangedLayers``, used without changes.
  ///   - grid: ``WeightGrid/uint8PerTensor`` for uint8 throughout, as in Coral's models and as the Edge TPU compiler
  ///     accepts; ``WeightGrid/int8PerChannel`` for int8, which is faster on processors.
  ///   - input: The type of the input; by default that of the layers. Another type adds a QUANTIZE before the first
  ///     layer.
  ///   - output: The type of the output; by default that of the layers. Another type adds a QUANTIZE after the softmax.
  /// - Throws: The errors of ``floatModel()``, ``ExportError/missingRange(layer:)``,
  ///   ``ExportError/badRange(layer:lower:upper:)``, and ``ExportError/badLayer(_:because:)`` if weights and ranges
  ///   differ too much in magnitude.
  /// - Complexity: O(weights).
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
        linear: projection.elements, biases: projectionBiases?.elements, outputs: projection.shape[0],
        inputs: projection.shape[1])
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

  /// Adds the input, and its conversion to the type of the layers.
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

  /// Adds the normalisation, the class rows and the softmax, and the conversion of the scores to the requested type.
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

/// How the layers of a network are quantised: the grid of the weights, and the ranges of the results.
struct ByteStorage: Sendable {
  let grid: WeightGrid
  let ranges: [String: ActivationRanges.Range]

  /// Returns the encoding of a layer's result.
  ///
  /// - Throws: ``ExportError/missingRange(layer:)`` or ``ExportError/badRange(layer:lower:upper:)``.
  func encoding(of layer: String) throws(ExportError) -> ElementEncoding {
    guard let range = ranges[layer] else { throw .missingRange(layer: layer) }
    guard let found = ActivationGrid(lower: range.lower, upper: range.upper), Self.scales.contains(found.scale) else {
      throw .badRange(layer: layer, lower: range.lower, upper: range.upper)
    }
    return found.encoding(grid.byteType)
  }

  /// Returns the encoding of a layer without weights.
  ///
  /// - Throws: Also ``ExportError/badLayer(_:because:)`` if the scale of an input differs so much from the layer's own
  ///   scale that runtimes cannot compute the layer.
  func encoding(of layer: String, from inputs: [ElementEncoding]) throws(ExportError) -> ElementEncoding {
    let encoding = try encoding(of: layer)
    for input in inputs where !(input.unit / encoding.unit < 0x1p13) {
      throw .badLayer(layer, because: "its range is negligible relative to the ranges of its inputs")
    }
    return encoding
  }

  /// The scales that runtimes can compute with, far beyond the scales of any network.
  static let scales: ClosedRange<Float> = 1e-30...1e30
}

/// The weights and biases of a convolution in integers.
///
/// Biases are in steps of input scale × weight scale, weights as in ``RoundedWeights``. On a per-channel grid, an
/// output whose weights are negligible beside its bias, or beside a step of the result, gets a larger scale, so that
/// the bias fits 32 bits, as dead channels of trained networks need.
struct RoundedConvolution: Sendable {
  let weights: RoundedWeights
  let bias: [Int32]
  /// The quantisation parameters of the kernel and the bias.
  let kernelQuantization, biasQuantization: QuantizationParameters

  /// Quantises a convolution.
  ///
  /// - Parameters:
  ///   - folded: The convolution.
  ///   - isDepthwise: Whether the convolution is depthwise.
  ///   - grid: The grid of the weights.
  ///   - input: The scale of its input.
  ///   - output: The scale of its result.
  ///   - name: Its name.
  /// - Throws: ``ExportError/badLayer(_:because:)`` if scales exceed 32-bit floats or the limits of runtimes, or the
  ///   bias exceeds 32-bit integers.
  init(
    _ folded: FoldedConvolution, isDepthwise: Bool, on grid: WeightGrid, input: Float, output: Float, name: String
  ) throws(ExportError) {
    let outputs = folded.bias.count
    let least = output / input * 0x1p-30
    let leastScales = grid == .int8PerChannel ? folded.bias.map { max(abs($0) / input * 0x1p-30, least) } : []
    weights = RoundedWeights(
      folded.kernel, outputs: outputs, isDepthwise: isDepthwise, on: grid, leastScales: leastScales)
    let units = weights.scales.map { $0 * input }
    // A runtime multiplies by units / output and does not support factors of hundreds.
    guard zip(weights.scales, units).allSatisfy({ $0.isNormal && $1.isNormal && $1 / output < 256 }) else {
      throw .badLayer(name, because: "its weights and ranges differ so much that no scale fits both")
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
