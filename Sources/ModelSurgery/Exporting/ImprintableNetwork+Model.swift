import TFLite

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
