import TFLite

extension Model {
  /// Returns a constant as real numbers, with the scale of each entry of a dimension (1 for floats).
  ///
  /// - Parameters:
  ///   - index: A constant of the main subgraph: 32-bit or 16-bit floats, possibly through a DEQUANTIZE, or bytes that
  ///     are quantised per tensor or per entry of the dimension.
  ///   - dimension: The dimension.
  /// - Throws: ``SurgeryError/badConstant(tensor:expected:found:)`` or ``SurgeryError/unsuitable(tensor:because:)``.
  func realNumbers(
    of index: Int32, along dimension: Int = 0
  ) throws(SurgeryError) -> (values: [Float], scales: [Float]) {
    guard let graph = mainSubgraph else { throw .notOneInputAndOutput(inputs: 0, outputs: 0) }
    var index = index
    if let op = graph.producer(of: index).map({ graph.operators[$0] }), builtinOperator(of: op) == .dequantize,
      let source = op.inputs.first
    {
      index = source
    }
    let label = graph.label(of: index)
    guard let tensor = graph.tensor(index), tensor.sparsity == nil else {
      throw .unsuitable(tensor: label, because: "it is stored in a sparse form")
    }
    guard let data = constant(tensor) else {
      throw .unsuitable(tensor: label, because: "it is not a constant in the file")
    }
    try checkConstant(index, in: graph)
    guard tensor.shape.indices.contains(dimension), let count = tensor.elementCount, count > 0 else {
      throw .unsuitable(tensor: label, because: "its shape is \(tensor.shape)")
    }
    let rows = Int(tensor.shape[dimension])
    let values: [Float]
    var scales: [Float] = Array(repeating: 1, count: rows)
    switch tensor.type {
    case .float32:
      values = data.withUnsafeBytes { ElementEncoding.float32.values($0) }
    case .float16:
      values = data.withUnsafeBytes { bytes in
        (0..<count).map { index in
          Float(half: UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)))
        }
      }
    case .uint8, .int8:
      let encodings = try encodings(of: tensor, along: dimension, rows: rows, label: label)
      scales = encodings.map(\.unit)
      values = data.withUnsafeBytes { bytes in
        let size = tensor.shape.dropFirst(dimension + 1).reduce(1) { $0 * Int($1) }
        return (0..<(count / size)).flatMap { place in
          encodings[place % rows].values(UnsafeRawBufferPointer(rebasing: bytes[place * size..<(place + 1) * size]))
        }
      }
    default:
      throw .unsuitable(
        tensor: label, because: "its type is \(tensor.type.name); FLOAT32, FLOAT16, UINT8 or INT8 is needed")
    }
    guard values.allSatisfy(\.isFinite) else {
      throw .unsuitable(tensor: label, because: "it holds a number that is infinite or NaN")
    }
    return (values, scales)
  }

  /// Returns the encoding of each entry of a dimension of a byte tensor.
  private func encodings(
    of tensor: Tensor, along dimension: Int, rows: Int, label: String
  ) throws(SurgeryError) -> [ElementEncoding] {
    guard let quantization = tensor.quantization, quantization.scale.count > 1 else {
      return Array(repeating: try ElementEncoding(of: tensor, label: label), count: rows)
    }
    guard Int(quantization.quantizedDimension) == dimension, quantization.scale.count == rows,
      [0, 1, rows].contains(quantization.zeroPoint.count)
    else {
      throw .unsuitable(
        tensor: label,
        because: "it has \(quantization.scale.count) scales instead of one for each of its \(rows) "
          + (dimension == 0 ? "rows" : "channels"))
    }
    var encodings: [ElementEncoding] = []
    encodings.reserveCapacity(rows)
    for row in 0..<rows {
      let points = quantization.zeroPoint
      var entry = tensor
      entry.quantization = QuantizationParameters(
        scale: quantization.scale[row], zeroPoint: points.count == rows ? points[row] : points.first ?? 0)
      encodings.append(try ElementEncoding(of: entry, label: label))
    }
    return encodings
  }

  /// Returns the biases of a linear layer as real numbers; zeros if it has none.
  ///
  /// - Parameters:
  ///   - op: The layer; the biases are its third input.
  ///   - scales: The scales of the weights, one for each output.
  /// - Throws: The errors of ``realNumbers(of:along:)``, also if there is not one bias for each output.
  func biases(of op: Operator, scales: [Float]) throws(SurgeryError) -> [Float] {
    guard let graph = mainSubgraph, let input = op.inputs.first, let features = graph.tensor(input) else {
      throw .unsuitable(tensor: "of \(name(of: op))", because: "it is missing")
    }
    let encoding = try ElementEncoding(of: features, label: graph.label(of: input))
    guard let index = op.inputs.dropFirst(2).first, index >= 0 else {
      return Array(repeating: 0, count: scales.count)
    }
    let label = graph.label(of: index)
    guard let tensor = graph.tensor(index), tensor.elementCount == scales.count else {
      throw .unsuitable(tensor: label, because: "it does not hold one bias for each of \(scales.count) outputs")
    }
    if encoding == .float32 { return try realNumbers(of: index).values }
    guard tensor.type == .int32, let data = constant(tensor) else {
      throw .unsuitable(
        tensor: label,
        because: "its type is \(tensor.type.name), where a quantised layer needs constant biases in INT32")
    }
    try checkConstant(index, in: graph)
    // The step of a bias is the scale of the features times that of the weights.
    return data.withUnsafeBytes { bytes in
      scales.enumerated().map { row, scale in
        scale * encoding.unit * Float(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * row, as: Int32.self)))
      }
    }
  }
}

extension Float {
  /// Creates the number with the bits of an IEEE 754 half; not every system has the type `Float16`.
  init(half bits: UInt16) {
    let sign = UInt32(bits >> 15) << 31
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits) & 0x3FF
    switch exponent {
    case 0: self = Float(bitPattern: sign | (Float(fraction) * 0x1p-24).bitPattern)
    case 0x1F: self = Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: self = Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}

extension Model {
  /// Returns the elements of a constant of 32 or 64 bits; nil for any other tensor.
  func wholeNumbers(of tensor: Tensor) -> [Int]? {
    guard let bytes = constant(tensor), let count = tensor.elementCount, count <= 64 else { return nil }
    let width = tensor.type == .int32 ? 4 : tensor.type == .int64 ? 8 : 0
    guard width > 0, bytes.count == count * width else { return nil }
    return bytes.withUnsafeBytes { bytes in
      (0..<count).map { place in
        width == 4
          ? Int(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * place, as: Int32.self)))
          : Int(clamping: Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * place, as: Int64.self)))
      }
    }
  }
}
