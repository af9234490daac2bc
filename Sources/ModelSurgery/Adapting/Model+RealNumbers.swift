import TFLite

extension Model {
  /// A constant as real numbers, with the scale of each entry of its first dimension (1 for floats).
  ///
  /// - Parameter index: A constant of the main subgraph: 32-bit floats, 16-bit floats, as they are or behind a
  ///   DEQUANTIZE, or bytes that are quantised as a whole or along the first dimension.
  /// - Throws: ``SurgeryError/badConstant(tensor:expected:found:)`` or ``SurgeryError/unsuitable(tensor:because:)``.
  func realNumbers(of index: Int32) throws(SurgeryError) -> (values: [Float], scales: [Float]) {
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
      throw .unsuitable(tensor: label, because: "it is no constant of the file")
    }
    try checkConstant(index, in: graph)
    guard let rows = tensor.shape.first.flatMap(Int.init(exactly:)), rows > 0, let count = tensor.elementCount else {
      throw .unsuitable(tensor: label, because: "its shape is \(tensor.shape)")
    }
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
      let encodings = try rowEncodings(of: tensor, rows: rows, label: label)
      scales = encodings.map(\.unit)
      values = data.withUnsafeBytes { bytes in
        let size = count / rows
        return encodings.enumerated().flatMap { row, encoding in
          encoding.values(UnsafeRawBufferPointer(rebasing: bytes[row * size..<(row + 1) * size]))
        }
      }
    default:
      throw .unsuitable(
        tensor: label, because: "its type is \(tensor.type.name); FLOAT32, FLOAT16, UINT8 or INT8 is needed")
    }
    guard values.allSatisfy(\.isFinite) else {
      throw .unsuitable(tensor: label, because: "it holds a number that is infinite or none (NaN)")
    }
    return (values, scales)
  }

  /// The encoding of each entry of a byte tensor's first dimension.
  private func rowEncodings(of tensor: Tensor, rows: Int, label: String) throws(SurgeryError) -> [ElementEncoding] {
    guard let quantization = tensor.quantization, quantization.scale.count > 1 else {
      return Array(repeating: try ElementEncoding(of: tensor, label: label), count: rows)
    }
    guard quantization.quantizedDimension == 0, quantization.scale.count == rows,
      [0, 1, rows].contains(quantization.zeroPoint.count)
    else {
      throw .unsuitable(
        tensor: label, because: "it has \(quantization.scale.count) scales, and not one for each of its \(rows) rows")
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
}

extension Float {
  /// The number that the bits of an IEEE 754 half stand for; not every system has the type.
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
