import TFLite

/// The layers of heads, all in float.
extension GraphBuilder {
  /// Adds the operators that turn an embedding into the unit vector z: (DEQUANTIZE) → (root) → L2_NORMALIZATION.
  ///
  /// An embedding of zeros gives zeros: the runtime divides by at least 10⁻⁶.
  ///
  /// - Parameters:
  ///   - embedding: A vector of D elements, in any shape.
  ///   - transform: The transform of the embedding to z.
  /// - Returns: z, `[1, D]`.
  mutating func unitVector(
    of embedding: GraphTensor, transform: FeatureTransform
  ) throws(SurgeryError) -> GraphTensor {
    let count = embedding.shape.reduce(Int32(1)) { $0.multipliedReportingOverflow(by: $1).partialValue }
    var vector = embedding
    if vector.shape != [1, count] {
      vector = try reshape(vector, to: [1, count], name: "Embedding", shapeName: "EmbeddingShape")
    }
    if vector.type != .float32 { vector = try dequantize(vector, name: "Dequantize") }
    switch transform {
    case .plain: break
    case .root:
      vector = try sqrt(try relu(vector, name: "Positive"), name: "Root")
    case .signedRoot:
      // x / √|x|; an element near 0 stays near 0.
      let least = try floats("Least", [1e-12], shape: [1])
      let size = try maximum(try abs(vector, name: "Magnitude"), least, name: "Bounded")
      vector = try mul(vector, try rsqrt(size, name: "InverseRoot"), name: "Root")
    }
    return try l2Normalize(vector, name: "Features")
  }

  /// Adds the logits of a head on the unit vector z: FULLY_CONNECTED, and REDUCE_MAX over a class's rows if there are
  /// several.
  ///
  /// - Returns: `[1, N]`.
  mutating func logits(of head: LinearHead, on features: GraphTensor) throws(SurgeryError) -> GraphTensor {
    let name = head.rowsPerClass > 1 ? "Rows" : "Logits"
    let rows = try linear(head.weights, head.biases, on: features, name: name)
    guard head.rowsPerClass > 1 else { return rows }
    let shape = [1, Int32(clamping: head.classCount), Int32(clamping: head.rowsPerClass)]
    let classes = try reshape(rows, to: shape, name: "RowsOfClasses", shapeName: "RowsOfClassesShape")
    return try reduceMax(classes, axes: [2], name: "Logits")
  }

  /// Adds −D², `[1, 1]`, and p, `[1, 1]`, of the unit vector z.
  mutating func nearness(
    of features: GraphTensor, by novelty: NoveltyScore
  ) throws(SurgeryError) -> (distance: GraphTensor, projection: GraphTensor) {
    let lambda = Float(novelty.lambda)
    let dimension = Int32(clamping: novelty.dimension)
    let classCount = Int32(clamping: novelty.classCount)
    let mean = try floats("Mean", novelty.mean, shape: [1, dimension])
    let centred = try sub(features, mean, name: "Centred")
    let squares = try mul(centred, centred, name: "Squares")
    let inverse = Array(repeating: 1 / lambda, count: novelty.dimension)
    var length = try linear(inverse, [0], on: squares, name: "Length")
    if !novelty.shares.isEmpty {
      // Along the directions: (√(s / λ) u·y)².
      let factors = novelty.shares.map { ($0 / lambda).squareRoot() }
      let rows = novelty.directions.indices.map { novelty.directions[$0] * factors[$0 / novelty.dimension] }
      let along = try linear(rows, zeros(factors.count), on: centred, name: "Along")
      let ones = Array(repeating: Float(1), count: factors.count)
      let within = try linear(
        ones, [0], on: try mul(along, along, name: "AlongSquares"), name: "LengthWithin")
      length = try sub(length, within, name: "LengthOutside")
    }
    let products = try linear(novelty.discriminants, zeros(novelty.classCount), on: centred, name: "Products")
    let two = try floats("Two", [2], shape: [1])
    let lengths = try floats("Lengths", novelty.lengths, shape: [1, classCount])
    let gains = try sub(try mul(products, two, name: "Doubled"), lengths, name: "Gains")
    let gain = try reduceMax(gains, axes: [1], options: ReducerOptions(keepsDimensions: true), name: "Gain")
    // A class whose mean is μ has no direction; it must not have the greatest projection.
    let isDirected = novelty.lengths.map { $0 > 0 && (1 / $0).isFinite }
    let factors = zip(novelty.lengths, isDirected).map { $1 ? 1 / $0 : 0 }
    let offsets = isDirected.map { $0 ? Float(0) : novelty.undirectedProjection }
    let shares = try add(
      try mul(products, try floats("Inverses", factors, shape: [1, classCount]), name: "Quotients"),
      try floats("Directed", offsets, shape: [1, classCount]), name: "Projections")
    let projection = try reduceMax(
      shares, axes: [1], options: ReducerOptions(keepsDimensions: true), name: "Projection")
    return (try sub(gain, length, name: "Nearness"), projection)
  }

  /// Adds the logits of new classes beside those of a base: θ − α D² + sₖ − maxⱼ sⱼ.
  mutating func calibrated(
    _ logits: GraphTensor, nearness: GraphTensor, by calibration: BaseClassCalibration
  ) throws(SurgeryError) -> GraphTensor {
    let best = try reduceMax(logits, axes: [1], options: ReducerOptions(keepsDimensions: true), name: "BestNew")
    let relative = try sub(logits, best, name: "Relative")
    let slope = try floats("Slope", [calibration.slope], shape: [1])
    let offset = try floats("Offset", [calibration.offset], shape: [1])
    let level = try add(try mul(nearness, slope, name: "Sloped"), offset, name: "Level")
    return try add(relative, level, name: "NewLogits")
  }

  /// Adds a constant of floats.
  mutating func floats(_ name: String, _ values: [Float], shape: [Int32]) throws(SurgeryError) -> GraphTensor {
    try constant(name, shape: shape, encoding: .float32, contents: Bytes(ElementEncoding.float32.encode(values)))
  }

  /// Adds a fully connected layer with weights `[rows, columns]` and a bias for each row.
  mutating func linear(
    _ weights: [Float], _ biases: [Float], on input: GraphTensor, name: String
  ) throws(SurgeryError) -> GraphTensor {
    guard let columns = input.shape.last else { throw misfit(name, input) }
    let rows = Int32(clamping: biases.count)
    let kernel = try floats(name + "/weights", weights, shape: [rows, columns])
    let bias = try floats(name + "/biases", biases, shape: [rows])
    return try fullyConnected(input, weights: kernel, bias: bias, name: name)
  }

  private func zeros(_ count: Int) -> [Float] { Array(repeating: 0, count: count) }
}
