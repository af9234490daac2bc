public import TFLite

extension Model {
  /// Returns the stored bytes of the kernel's rows, D elements each, in the order of their classes.
  public func rows(of tail: ImprintingTail) -> [Bytes] {
    guard let tensor = mainSubgraph?.tensor(tail.kernel), let data = constant(tensor) else { return [] }
    let size = tail.dimension * tail.rowEncoding.byteCount
    return (0..<tail.classCount).compactMap { data.slice($0 * size..<($0 + 1) * size) }
  }

  /// Returns the stored bytes of the biases, four each; none if the head has no biases.
  public func biases(of tail: ImprintingTail) -> [Bytes] {
    guard tail.bias >= 0, let tensor = mainSubgraph?.tensor(tail.bias), let data = constant(tensor) else { return [] }
    return (0..<tail.classCount).compactMap { data.slice($0 * 4..<($0 + 1) * 4) }
  }

  /// Returns the model with new rows in its imprinting tail.
  ///
  /// Shapes are adjusted to the number of classes. As in Coral's engine, the convolution's output is quantised over
  /// [−1, 1], the range of cosines, and the product over that range times the scale factor.
  ///
  /// - Parameters:
  ///   - tail: The model's tail.
  ///   - kernel: The rows, `[classes, D]`, in the tail's encoding.
  ///   - biases: The biases, four bytes each (32-bit integers or floats); ignored if the head has none.
  ///   - classCount: The number of rows.
  /// - Throws: ``SurgeryError/badRows(expected:found:)`` if the bytes do not fit the number of classes.
  public func replacingRows(
    of tail: ImprintingTail, kernel: Bytes, biases: Bytes, classCount: Int
  ) throws(SurgeryError) -> Model {
    let rowSize = tail.dimension * tail.rowEncoding.byteCount
    let (size, overflow) = rowSize.multipliedReportingOverflow(by: classCount)
    guard let count = Int32(exactly: classCount), count > 0, !overflow, kernel.count == size else {
      throw .badRows(expected: overflow ? Int.max : size, found: kernel.count)
    }
    var model = self
    model.subgraphs[0].tensors[Int(tail.kernel)].shape[0] = count
    model.setConstant(Int(tail.kernel), to: kernel)
    if tail.bias >= 0 {
      guard biases.count == 4 * classCount else { throw .badRows(expected: 4 * classCount, found: biases.count) }
      model.subgraphs[0].tensors[Int(tail.bias)].shape = [count]
      model.setConstant(Int(tail.bias), to: biases)
    }
    let operators = model.subgraphs[0].operators
    let ranges: [(op: Int, range: Float)] = [
      (tail.convolution, 1), (tail.multiplication, tail.scale), (tail.reshape, tail.scale),
    ]
    for (op, range) in ranges {
      guard let output = operators[op].outputs.first else { continue }
      model.setClassCount(count, ofTensor: Int(output))
      model.subgraphs[0].tensors[Int(output)].setSymmetricRange(range)
    }
    for op in [tail.softmax] + [tail.conversion].compactMap({ $0 }) {
      if let output = operators[op].outputs.first { model.setClassCount(count, ofTensor: Int(output)) }
    }
    model.setReshape(tail.reshape, classCount: count)
    return model
  }

  private mutating func setClassCount(_ count: Int32, ofTensor index: Int) {
    guard subgraphs[0].tensors.indices.contains(index) else { return }
    for list in [\Tensor.shape, \Tensor.shapeSignature] {
      let last = subgraphs[0].tensors[index][keyPath: list].count - 1
      if last >= 0 { subgraphs[0].tensors[index][keyPath: list][last] = count }
    }
  }

  /// Sets the shape that RESHAPE makes, which is in its options, in a constant, or in both.
  private mutating func setReshape(_ op: Int, classCount count: Int32) {
    let reshape = subgraphs[0].operators[op]
    if var shape = reshape.options?.integers("new_shape"), !shape.isEmpty, var options = reshape.options {
      shape[shape.count - 1] = Int64(count)
      // RESHAPE has this field, so setting it cannot fail.
      try? options.set("new_shape", to: .integers(shape))
      subgraphs[0].operators[op].options = options
    }
    if reshape.inputs.count > 1, let tensor = subgraphs[0].tensor(reshape.inputs[1]), let data = constant(tensor),
      data.count >= 4
    {
      let bytes = Array(data.dropLast(4)) + withUnsafeBytes(of: count.littleEndian) { Array($0) }
      setConstant(Int(reshape.inputs[1]), to: Bytes(bytes))
    }
  }
}

extension Tensor {
  /// Quantises a byte tensor over [−range, range]; a float tensor is not changed.
  mutating func setSymmetricRange(_ range: Float) {
    guard type == .uint8 || type == .int8 else { return }
    var quantization = QuantizationParameters(scale: range / 128, zeroPoint: type == .uint8 ? 128 : 0)
    quantization.min = [-range]
    quantization.max = [range]
    self.quantization = quantization
  }
}
