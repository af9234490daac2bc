import TFLite

extension GraphBuilder {
  /// Returns a vector in the shape `[1, 1, 1, D]`, after a RESHAPE if necessary.
  mutating func embedding(_ vector: GraphTensor) throws(SurgeryError) -> GraphTensor {
    let count = vector.shape.reduce(Int32(1)) { $0.multipliedReportingOverflow(by: $1).partialValue }
    let target = [1, 1, 1, count]
    if vector.shape == target { return vector }
    return try reshape(vector, to: target, name: "Embedding", shapeName: "EmbeddingShape")
  }

  /// Adds the imprinting tail after a vector of the shape `[1, 1, 1, D]`.
  ///
  /// - Parameters:
  ///   - vector: The embedding before it is normalised.
  ///   - scale: s, the factor of the cosines before the softmax.
  ///   - encoding: The encoding of the normalised embedding, which determines whether the tail is float, uint8 or int8.
  ///   - kernel: The encoding of the rows.
  ///   - rows: The rows, `[classes, D]`.
  ///   - biases: The biases, one for each class.
  ///   - name: The name of the scores.
  /// - Returns: The scores.
  mutating func imprintingTail(
    behind vector: GraphTensor, scale: Float, encoding: ElementEncoding, kernel: ElementEncoding, rows: [Float],
    biases: [Float], name: String = "Scores"
  ) throws(SurgeryError) -> GraphTensor {
    let classes = Int32(clamping: biases.count)
    let (cosine, factor, product, score) = Self.tailEncodings(scale: scale, like: encoding)
    let normalised = try l2Normalize(vector, encoding: encoding, name: "L2Norm")
    let weights = try constant(
      "Weights", shape: [classes] + vector.shape.dropFirst(), encoding: kernel, contents: Bytes(kernel.encode(rows)))
    let bias: GraphTensor
    if encoding == .float32 {
      bias = try constant("Biases", shape: [classes], encoding: .float32, contents: Bytes(kernel.encode(biases)))
    } else {
      let unit = encoding.unit * kernel.unit
      bias = try integers(
        "Biases", biases.map { Int32(exactly: ($0 / unit).rounded()) ?? ($0 < 0 ? .min : .max) },
        quantization: QuantizationParameters(scale: unit, zeroPoint: 0))
    }
    let cosines = try conv2D(normalised, kernel: weights, bias: bias, encoding: cosine, name: "Conv2D")
    let multiplier = try constant("Scale", shape: [1], encoding: factor, contents: Bytes(factor.encode([scale])))
    let scaled = try mul(cosines, multiplier, encoding: product, name: "Mul")
    let logits = try reshape(scaled, to: [1, classes], name: "Logits", shapeName: "LogitsShape")
    return try softmax(logits, encoding: score, name: name)
  }

  /// Returns the encodings of the cosines, of the factor s, of s times the cosines, and of the scores.
  private static func tailEncodings(
    scale: Float, like embedding: ElementEncoding
  ) -> (cosine: ElementEncoding, factor: ElementEncoding, product: ElementEncoding, score: ElementEncoding) {
    func over(_ bound: Float, _ type: ByteType) -> ElementEncoding { ActivationGrid.symmetric(bound).encoding(type) }
    return switch embedding {
    case .float32: (.float32, .float32, .float32, .float32)
    case .uint8:
      (
        over(1, .uint8), .uint8(scale: scale / 255, zeroPoint: 0), over(scale, .uint8),
        .uint8(scale: 1 / 256, zeroPoint: 0)
      )
    case .int8:
      (
        over(1, .int8), .int8(scale: scale / 127, zeroPoint: 0), over(scale, .int8),
        .int8(scale: 1 / 256, zeroPoint: -128)
      )
    }
  }
}
