public import TFLite

extension Model {
  /// The subgraph that runs when the model is run.
  public var mainSubgraph: SubGraph? { subgraphs.first }

  /// Returns the main subgraph's only input and only output, as tensor indices.
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

  /// Returns the contents of a constant tensor, or nil if its buffer has no data, so that it is not constant.
  public func constant(_ tensor: Tensor) -> Bytes? {
    guard tensor.buffer != 0, let data = buffer(of: tensor)?.data, !data.isEmpty else { return nil }
    return data
  }

  /// Replaces the contents of a tensor of the main subgraph; tensors that share its buffer keep their contents.
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

  /// Returns the index of an operator's code, which is added if the model lacks it.
  mutating func operatorCodeIndex(_ builtin: BuiltinOperator, version: Int32 = 1) -> UInt32 {
    if let index = operatorCodes.firstIndex(where: { $0.builtinCode == builtin && $0.version == version }) {
      return UInt32(index)
    }
    operatorCodes.append(OperatorCode(builtin, version: version))
    return UInt32(operatorCodes.count - 1)
  }
}

extension SubGraph {
  /// The maximum number of operators that a search from tensor to tensor follows: far more than a head has, and few
  /// enough for a file of a million operators, since each step searches all of them.
  static let longestWay = 256

  /// Returns the operator that writes a tensor, or nil for an input or a constant.
  public func producer(of tensor: Int32) -> Int? {
    operators.firstIndex { $0.outputs.contains(tensor) }
  }

  /// Returns a tensor's name for messages: the first 256 letters of its name, or its number if it has no name.
  public func label(of index: Int32) -> String {
    guard let name = tensor(index)?.name, !name.isEmpty else { return "number \(index)" }
    // A cut in the middle of a letter leaves invalid UTF-8, which is shown as a replacement character.
    let text = name.bytes.count > 1024 ? Text(bytes: name.bytes.slice(0..<1024) ?? Bytes()).string : name.string
    let first = text.prefix(256)
    return first.count == text.count ? "\"\(text)\"" : "\"\(first)…\""
  }

  /// Returns a signature's entry for a tensor: under the tensor's name, or under its number if it has no name.
  func signatureMap(of tensor: Int32) -> TensorMap {
    let name = self.tensor(tensor)?.name.flatMap { $0.isEmpty ? nil : $0 }
    return TensorMap(name: name ?? Text("tensor_\(tensor)"), tensorIndex: UInt32(clamping: tensor))
  }
}

extension Model {
  /// Returns the contents of the metadata buffer of a name, or nil if there is none.
  public func metadata(named name: Text) -> Bytes? {
    guard let entry = metadata.first(where: { $0.name == name }), let index = Int(exactly: entry.buffer),
      buffers.indices.contains(index)
    else { return nil }
    return buffers[index].data
  }

  /// Sets the contents of the metadata buffer of a name, or removes the entry.
  ///
  /// An existing entry keeps its position, so that writing the same contents again gives the same file.
  public mutating func setMetadata(named name: Text, to contents: Bytes?) {
    let place = metadata.firstIndex { $0.name == name }
    switch (place, contents) {
    case (let place?, let contents?):
      let old = metadata[place].buffer
      let tensorsUseIt = subgraphs.contains { $0.tensors.contains { $0.buffer == old } }
      let isShared = tensorsUseIt || metadata.count { $0.buffer == old } > 1
      if !isShared, let index = Int(exactly: old), buffers.indices.contains(index) {
        buffers[index] = Buffer(contents)
      } else {
        metadata[place].buffer = appendBuffer(contents)
      }
    case (let place?, nil):
      let old = metadata.remove(at: place).buffer
      // Only the last buffer can be removed without renumbering the others; any other is emptied.
      let isUsed =
        subgraphs.contains { $0.tensors.contains { $0.buffer == old } } || metadata.contains { $0.buffer == old }
      guard !isUsed, let index = Int(exactly: old), buffers.indices.contains(index), index > 0 else { return }
      if index == buffers.count - 1 { buffers.removeLast() } else { buffers[index] = Buffer() }
    case (nil, let contents?):
      metadata.append(Metadata(name: name, buffer: appendBuffer(contents)))
    case (nil, nil):
      break
    }
  }
}

extension Model {
  /// The name of the custom operator that holds a part compiled for an Edge TPU.
  public static var compiledOperatorName: String { "edgetpu-custom-op" }

  /// Whether the model has a part that was compiled for an Edge TPU.
  ///
  /// - Complexity: O(operator codes).
  public var isCompiled: Bool { operatorCodes.contains { $0.customCode == Text(Self.compiledOperatorName) } }

  /// The number of operators of the main subgraph that are compiled for an Edge TPU.
  ///
  /// - Complexity: O(operators).
  public var compiledOperatorCount: Int {
    mainSubgraph?.operators.count { name(of: $0) == Self.compiledOperatorName } ?? 0
  }
}
