import TFLite

extension Model {
  /// Returns the elements of a float constant of the main subgraph, and checks that all are finite.
  ///
  /// - Throws: ``QuantizationError/badWeights(layer:because:)``.
  func floats(of index: Int32) throws(QuantizationError) -> [Float] {
    let graph = mainSubgraph ?? SubGraph()
    guard let tensor = graph.tensor(index), tensor.type == .float32, let data = constant(tensor) else {
      throw .badWeights(layer: graph.label(of: index), because: "it is not a constant of the file")
    }
    guard let count = tensor.elementCount, 4 * count == data.count else {
      throw .badWeights(layer: graph.label(of: index), because: "the size of its contents does not match its shape")
    }
    let floats = data.withUnsafeBytes { ElementEncoding.float32.values($0) }
    guard floats.allSatisfy(\.isFinite) else {
      throw .badWeights(layer: graph.label(of: index), because: "it holds a number that is infinite or NaN")
    }
    return floats
  }

  /// Returns the model with 16-bit float weights and their DEQUANTIZE replaced by 32-bit float constants.
  func withWideWeights() throws(SurgeryError) -> Model {
    var model = self
    guard let graph = mainSubgraph else { return self }
    var kept: [Operator] = []
    for op in graph.operators {
      guard builtinOperator(of: op) == .dequantize, let source = op.inputs.first.flatMap({ graph.tensor($0) }),
        source.type == .float16, constant(source) != nil, let output = op.outputs.first,
        let place = Int(exactly: output),
        graph.tensors.indices.contains(place)
      else {
        kept.append(op)
        continue
      }
      let numbers = try realNumbers(of: output).values
      model.setConstant(place, to: Bytes(ElementEncoding.float32.encode(numbers)))
    }
    model.subgraphs[0].operators = kept
    return model
  }

  /// Returns the model without the leading layers that scale or shift its input by one number each, and the pixel scale
  /// that replaces them.
  func withoutNormalization(_ pixels: PixelScale) -> (model: Model, pixels: PixelScale) {
    guard let graph = mainSubgraph, let input = graph.inputs.first else { return (self, pixels) }
    // The current tensor is factor · byte + shift.
    var factor = 1 / Double(pixels.deviation)
    var shift = -Double(pixels.mean) / Double(pixels.deviation)
    var current = input
    var dropped: Set<Int> = []
    var best: (dropped: Set<Int>, tensor: Int32, pixels: PixelScale)?
    while let place = onlyReader(of: current, in: graph), !dropped.contains(place) {
      let op = graph.operators[place]
      guard op.inputs.count == 2, let other = op.inputs.first(where: { $0 != current }),
        let constant = try? floats(of: other), constant.count == 1, let number = constant.first.map(Double.init),
        let output = op.outputs.first, !graph.outputs.contains(output),
        (op.options?.integer("fused_activation_function") ?? 0) == 0,
        graph.tensor(output)?.shape == graph.tensor(current)?.shape
      else { break }
      let isFirst = op.inputs.first == current
      switch builtinOperator(of: op) {
      case .mul?: (factor, shift) = (factor * number, shift * number)
      case .add?: shift += number
      case .sub? where isFirst: shift -= number
      case .div? where isFirst && number != 0: (factor, shift) = (factor / number, shift / number)
      default: return rewired(best, in: graph, default: pixels)
      }
      dropped.insert(place)
      current = output
      let joined = PixelScale(mean: Float(-shift / factor), deviation: Float(1 / factor))
      if joined.isStorable { best = (dropped, current, joined) }
    }
    return rewired(best, in: graph, default: pixels)
  }

  private func rewired(
    _ found: (dropped: Set<Int>, tensor: Int32, pixels: PixelScale)?, in graph: SubGraph, default pixels: PixelScale
  ) -> (model: Model, pixels: PixelScale) {
    guard let found, let input = graph.inputs.first else { return (self, pixels) }
    var model = self
    model.subgraphs[0].operators = graph.operators.enumerated().compactMap { place, op in
      guard !found.dropped.contains(place) else { return nil }
      var op = op
      op.inputs = op.inputs.map { $0 == found.tensor ? input : $0 }
      return op
    }
    return (model, found.pixels)
  }

  /// Returns the only operator that reads a tensor, or nil if there are none or several.
  private func onlyReader(of tensor: Int32, in graph: SubGraph) -> Int? {
    let readers = graph.operators.indices.filter { graph.operators[$0].inputs.contains(tensor) }
    return readers.count == 1 ? readers[0] : nil
  }
}

extension PixelScale {
  /// Whether 8-bit types can represent it: the mean is the zero point, so it must be within the range of bytes.
  var isStorable: Bool {
    deviation.isFinite && deviation > 0 && (1 / deviation).isFinite && mean >= 0 && mean <= 255
  }
}

/// How a picture's bytes map to a float model's input: (byte − mean) / deviation.
public struct PixelScale: Sendable, Hashable {
  /// Mean and deviation, for bytes from 0 to 255.
  public let mean, deviation: Float

  /// Creates a scale; the parameters are the properties of the same names.
  public init(mean: Float, deviation: Float) {
    self.mean = mean
    self.deviation = deviation
  }

  /// From −1 to 1, the default of float models.
  public static let signedUnit = PixelScale(mean: 127.5, deviation: 127.5)

  /// Reads the scale from a model's metadata; returns nil if there is none, it cannot be read, or it differs between
  /// channels.
  init?(ofMetadataIn model: Model) {
    guard let normalization = try? model.pictureNormalization, Set(normalization.mean).count == 1,
      Set(normalization.deviation).count == 1
    else { return nil }
    let (mean, deviation) = normalization.channel(0)
    self.init(mean: mean, deviation: deviation)
  }
}
