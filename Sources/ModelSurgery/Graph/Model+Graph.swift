import TFLite

extension Model {
  /// The subgraph that runs when the model is run.
  public var mainSubgraph: SubGraph? { subgraphs.first }

  /// The main subgraph's only input and only output, as tensor indices.
  ///
  /// - Throws: ``SurgeryError/notOneInputAndOutput(inputs:outputs:)``.
  public func onlyInputAndOutput() throws(SurgeryError) -> (input: Int32, output: Int32) {
    let inputs = mainSubgraph?.inputs ?? []
    let outputs = mainSubgraph?.outputs ?? []
    guard inputs.count == 1, outputs.count == 1 else {
      throw .notOneInputAndOutput(inputs: inputs.count, outputs: outputs.count)
    }
    return (inputs[0], outputs[0])
  }

  /// The contents of a constant tensor, or nil where it is none: its buffer has no data.
  public func constant(_ tensor: Tensor) -> Bytes? {
    guard tensor.buffer != 0, let data = buffer(of: tensor)?.data, !data.isEmpty else { return nil }
    return data
  }

  /// Gives a tensor of the main subgraph other contents, and leaves alone tensors that shared its buffer.
  mutating func setConstant(_ index: Int, to data: Bytes) {
    guard subgraphs.indices.contains(0), subgraphs[0].tensors.indices.contains(index) else { return }
    let buffer = subgraphs[0].tensors[index].buffer
    let users = subgraphs.reduce(0) { sum, graph in sum + graph.tensors.count { $0.buffer == buffer } }
    if users == 1, buffer != 0, let position = Int(exactly: buffer), buffers.indices.contains(position) {
      buffers[position] = Buffer(data)
    } else {
      subgraphs[0].tensors[index].buffer = appendBuffer(data)
    }
  }

  /// Adds a buffer and returns its index.
  mutating func appendBuffer(_ data: Bytes?) -> UInt32 {
    // The first buffer is the empty one by convention.
    if buffers.isEmpty { buffers.append(Buffer()) }
    buffers.append(Buffer(data))
    return UInt32(buffers.count - 1)
  }

  /// The index of an operator's code, added where the model lacks it.
  mutating func operatorCodeIndex(_ builtin: BuiltinOperator, version: Int32 = 1) -> UInt32 {
    if let index = operatorCodes.firstIndex(where: { $0.builtinCode == builtin && $0.version == version }) {
      return UInt32(index)
    }
    operatorCodes.append(OperatorCode(builtin, version: version))
    return UInt32(operatorCodes.count - 1)
  }
}

extension SubGraph {
  /// How many operators a way back from tensor to tensor may have that looks for a layer: far more than there are behind a
  /// network, and few enough for a file of a million operators, each of which is looked for among all.
  static let longestWay = 256

  /// The operator that writes a tensor, or nil for an input or a constant.
  public func producer(of tensor: Int32) -> Int? {
    operators.firstIndex { $0.outputs.contains(tensor) }
  }

  /// A tensor's name for people: its own, of which the first 256 letters are enough, or its number.
  public func label(of index: Int32) -> String {
    guard let name = tensor(index)?.name, !name.isEmpty else { return "number \(index)" }
    // What is cut off in the middle of a letter is no text any more, and is shown as such.
    let text = name.bytes.count > 1024 ? Text(bytes: name.bytes.slice(0..<1024) ?? Bytes()).string : name.string
    let first = text.prefix(256)
    return first.count == text.count ? "\"\(text)\"" : "\"\(first)…\""
  }
}
