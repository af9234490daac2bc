public import TFLite

extension Model {
  /// Returns this embedding extractor, whose output is one vector, with FULLY_CONNECTED → SOFTMAX appended.
  ///
  /// The layers have the vector's element type. After a uint8 extractor they are uint8 throughout, as in Coral's
  /// models: weights over their own range and 0, biases in 32-bit integers, logits over the given range, scores over
  /// [0, 1]. After an int8 extractor, weights are symmetric around 0, as the runtime requires. After a float extractor,
  /// all layers are float.
  ///
  /// - Parameters:
  ///   - weights: `[N, D]`, one row for each class.
  ///   - biases: `[N]`.
  ///   - logits: The range of the layer's output, widened to include 0. If they are quantised, logits beyond it are
  ///     clipped. By default all logits that the weights and the range of the vector's type allow, which is less precise.
  /// - Throws: ``SurgeryError/noVector(tensor:shape:)``, ``SurgeryError/badRows(expected:found:)`` if the weights do
  ///   not fit the vector, ``SurgeryError/badNumbers(of:because:)`` if they are not finite or too small to quantise,
  ///   ``SurgeryError/unsuitable(tensor:because:)`` if there are no such layers for the vector's type.
  public func appendingSoftmaxLayer(
    weights: [Float], biases: [Float], logits: ClosedRange<Float>? = nil
  ) throws(SurgeryError) -> Model {
    let (_, output) = try onlyInputAndOutput()
    guard let graph = mainSubgraph, let vector = graph.tensor(output) else {
      throw .notOneInputAndOutput(inputs: 0, outputs: 0)
    }
    guard let dimension = vector.shape.last, dimension > 0, vector.shape.dropLast().allSatisfy({ $0 == 1 }) else {
      throw .noVector(tensor: graph.label(of: output), shape: vector.shape)
    }
    let (size, overflow) = Int(dimension).multipliedReportingOverflow(by: biases.count)
    guard let count = Int32(exactly: biases.count), count > 0, !overflow, weights.count == size else {
      throw .badRows(expected: overflow ? Int.max : 4 * size, found: 4 * weights.count)
    }
    let encoding = try ElementEncoding(of: vector, label: graph.label(of: output))
    let logits = logits ?? Self.possibleLogits(weights, biases, of: encoding)
    guard weights.allSatisfy(\.isFinite), biases.allSatisfy(\.isFinite), logits.lowerBound.isFinite,
      logits.upperBound.isFinite
    else { throw .badNumbers(of: "the softmax layer", because: "they are not all finite") }

    let rows = Self.rowEncoding(of: weights, like: encoding)
    var builder = GraphBuilder(extending: self, prefix: "Appended/")
    let kernel = try builder.constant(
      "FC/Weights", shape: [count, dimension], encoding: rows, contents: Bytes(rows.encode(weights)))
    let bias: GraphTensor
    if encoding == .float32 {
      bias = try builder.constant(
        "FC/Bias", shape: [count], encoding: .float32, contents: Bytes(encoding.encode(biases)))
    } else {
      let unit = encoding.unit * rows.unit
      guard unit > 0 else { throw .badNumbers(of: "the softmax layer", because: "they are too small to quantise") }
      bias = try builder.integers(
        "FC/Bias", biases.map { Int32(exactly: ($0 / unit).rounded()) ?? ($0 < 0 ? .min : .max) },
        quantization: QuantizationParameters(scale: unit, zeroPoint: 0))
    }
    let scores = try builder.softmax(
      builder.fullyConnected(
        builder.tensor(output), weights: kernel, bias: bias, encoding: Self.outputEncoding(logits, like: encoding),
        name: "FC/Output"),
      encoding: Self.scoreEncoding(like: encoding), name: "Softmax/Output")
    return builder.finish(with: scores)
  }

  /// Returns the least and the greatest logit of any vector of quantised elements; floats need no range.
  private static func possibleLogits(
    _ weights: [Float], _ biases: [Float], of encoding: ElementEncoding
  ) -> ClosedRange<Float> {
    let ends: [UInt8] =
      switch encoding {
      case .float32: []
      case .uint8: [0, 0xFF]
      case .int8: [0x80, 0x7F]
      }
    let values = ends.withUnsafeBytes { encoding.values($0) }
    guard values.count == 2, !biases.isEmpty else { return 0...0 }
    let dimension = weights.count / biases.count
    var range: (least: Float, greatest: Float) = (0, 0)
    for (row, bias) in biases.enumerated() {
      var sums = (least: bias, greatest: bias)
      for weight in weights[row * dimension..<(row + 1) * dimension] {
        let products = (weight * values[0], weight * values[1])
        sums.least += min(products.0, products.1)
        sums.greatest += max(products.0, products.1)
      }
      range = (min(range.least, sums.least), max(range.greatest, sums.greatest))
    }
    return range.least...range.greatest
  }

  private static func rowEncoding(of weights: [Float], like encoding: ElementEncoding) -> ElementEncoding {
    let (least, greatest) = (min(weights.min() ?? 0, 0), max(weights.max() ?? 0, 0))
    if case .int8 = encoding {
      return .int8(scale: max(max(-least, greatest) / 127, .leastNormalMagnitude), zeroPoint: 0)
    }
    return outputEncoding(least...greatest, like: encoding)
  }

  /// Returns the encoding over a range that is widened to include 0, such that 0 is stored exactly.
  private static func outputEncoding(_ range: ClosedRange<Float>, like encoding: ElementEncoding) -> ElementEncoding {
    let (least, greatest) = (min(range.lowerBound, 0), max(range.upperBound, 0))
    // Divided first: the difference of two finite numbers may be infinite.
    let scale = max(greatest / 255 - least / 255, .leastNormalMagnitude)
    let zero = Int(min(max((-least / scale).rounded(), 0), 255))
    return switch encoding {
    case .float32: .float32
    case .uint8: .uint8(scale: scale, zeroPoint: zero)
    case .int8: .int8(scale: scale, zeroPoint: zero - 128)
    }
  }

  /// Returns the encoding that the runtime requires: steps of 1/256 from 0.
  private static func scoreEncoding(like encoding: ElementEncoding) -> ElementEncoding {
    switch encoding {
    case .float32: .float32
    case .uint8: .uint8(scale: 1 / 256, zeroPoint: 0)
    case .int8: .int8(scale: 1 / 256, zeroPoint: -128)
    }
  }
}
