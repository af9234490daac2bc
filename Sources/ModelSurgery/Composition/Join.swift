import TFLite

/// A base model to which a head is being added, with the new index of each of the head's tensors.
struct Join {
  private var model: Model
  private let baseSignatures: [SignatureDef]
  private var head = Model()
  private var tensors: [Int32: Int32] = [:]

  /// Starts with a base of one subgraph.
  init(base: Model) {
    model = base
    baseSignatures = base.signatureDefs.filter { $0.subgraphIndex == 0 }
    // The first buffer is the empty one by convention.
    if model.buffers.isEmpty { model.buffers = [Buffer()] }
  }

  /// Adds the operators of a head of one subgraph, with their tensors, buffers and codes.
  ///
  /// - Parameter replacements: The base's tensor for each input of the head.
  mutating func append(_ head: Model, replacing replacements: [Int32: Int32]) {
    guard let graph = head.mainSubgraph, !model.subgraphs.isEmpty else { return }
    self.head = head
    tensors = replacements
    tensors[-1] = -1
    appendBuffers()
    appendTensors(of: graph)
    let codes = mergeCodes()
    for var op in graph.operators {
      op.opcodeIndex = Int(exactly: op.opcodeIndex).flatMap { codes.indices.contains($0) ? codes[$0] : nil } ?? 0
      op.inputs = op.inputs.map(number)
      op.outputs = op.outputs.map(number)
      op.intermediates = op.intermediates.map(number)
      // The index refers to the head's debugging data, which is dropped.
      op.debugMetadataIndex = -1
      model.subgraphs[0].operators.append(op)
    }
  }

  /// Returns the joined model, with the head's outputs followed by the bypassed outputs of the base, and signatures for
  /// them.
  func finished(bypassing bypassed: [Int32]) -> Model {
    guard !model.subgraphs.isEmpty, let graph = head.mainSubgraph else { return model }
    var joined = model
    let outputs = graph.outputs.map(number)
    joined.subgraphs[0].outputs = outputs + bypassed.filter { !outputs.contains($0) }
    joined.signatureDefs = signatures(of: joined.subgraphs[0], headOutputs: outputs)
    return joined
  }

  private func number(_ tensor: Int32) -> Int32 { tensors[tensor] ?? -1 }

  private func buffer(_ index: UInt32) -> UInt32 {
    index == 0 ? 0 : UInt32(clamping: Int(index) + model.buffers.count - head.buffers.count)
  }

  private mutating func appendBuffers() {
    // The head's first buffer is appended too, so that all indices shift by the same amount; it is dropped in the end.
    let start = UInt32(clamping: model.buffers.count)
    model.buffers += head.buffers
    model.metadataBuffer += head.metadataBuffer.compactMap { old in
      UInt32(exactly: old).map { Int32(clamping: Int($0) + Int(start)) }
    }
    // At most one of the two models has external buffers.
    guard !head.externalBuffers.isEmpty else { return }
    model.externalBufferGroups = head.externalBufferGroups
    model.externalBuffers = head.externalBuffers
  }

  private mutating func appendTensors(of graph: SubGraph) {
    var names = TakenNames(model.subgraphs[0].tensors.compactMap(\.name))
    var added: [Int] = []
    for (index, tensor) in graph.tensors.enumerated() {
      let old = Int32(clamping: index)
      guard tensors[old] == nil else { continue }
      var tensor = tensor
      tensor.buffer = buffer(tensor.buffer)
      tensor.name = tensor.name.map { names.free($0) }
      tensors[old] = Int32(clamping: model.subgraphs[0].tensors.count)
      added.append(model.subgraphs[0].tensors.count)
      model.subgraphs[0].tensors.append(tensor)
    }
    for index in added {
      model.subgraphs[0].tensors[index].quantization?.details?.renumber { tensors[$0] ?? -1 }
    }
  }

  /// Adds the operator codes that the base lacks, and returns the new index of each of the head's codes.
  private mutating func mergeCodes() -> [UInt32] {
    var known: [CodeKey: UInt32] = [:]
    for (index, code) in model.operatorCodes.enumerated() where known[CodeKey(code)] == nil {
      known[CodeKey(code)] = UInt32(clamping: index)
    }
    return head.operatorCodes.map { code in
      if let place = known[CodeKey(code)] { return place }
      model.operatorCodes.append(code)
      let place = UInt32(clamping: model.operatorCodes.count - 1)
      known[CodeKey(code)] = place
      return place
    }
  }

  private func signatures(of joined: SubGraph, headOutputs: [Int32]) -> [SignatureDef] {
    let others = head.signatureDefs.filter { $0.subgraphIndex == 0 }
    let templates = baseSignatures.isEmpty ? others : baseSignatures
    return templates.map { template in
      let behind = others.first { $0.signatureKey == template.signatureKey } ?? others.first
      var signature = template
      if baseSignatures.isEmpty { signature.inputs = joined.inputs.map(joined.signatureMap) }
      signature.outputs =
        behind?.outputs.map { output in
          var output = output
          output.tensorIndex = UInt32(clamping: number(Int32(clamping: output.tensorIndex)))
          return output
        } ?? headOutputs.map(joined.signatureMap)
      signature.outputs += joined.outputs.dropFirst(headOutputs.count).map(joined.signatureMap)
      var names = TakenNames([])
      for index in signature.outputs.indices {
        signature.outputs[index].name = signature.outputs[index].name.map { names.free($0) }
      }
      return signature
    }
  }
}

/// The identity of an operator code, however the file stores its number.
private struct CodeKey: Hashable {
  let builtin: BuiltinOperator
  let custom: WholeName?
  let version: Int32
  let newer: FieldSet

  init(_ code: OperatorCode) {
    builtin = code.builtinCode
    custom = code.customCode.map(WholeName.init)
    version = code.version
    newer = code.newerFields
  }
}

/// Names in use, and a source of free ones.
struct TakenNames {
  private var taken: Set<WholeName>
  private var numbers: [WholeName: Int] = [:]

  init(_ names: [Text]) { taken = Set(names.map(WholeName.init)) }

  /// Returns the name if it is free, otherwise the name with a number appended, and marks the result as used.
  mutating func free(_ name: Text) -> Text {
    let key = WholeName(name)
    guard !name.isEmpty, !taken.insert(key).inserted else { return name }
    let bytes = Array(name.bytes)
    var number = numbers[key] ?? 0
    var other: Text
    repeat {
      number += 1
      other = Text(bytes: Bytes(bytes + Array("_\(number)".utf8)))
    } while !taken.insert(WholeName(other)).inserted
    numbers[key] = number
    return other
  }
}

/// A name as a dictionary key. Its hash covers the whole name, where that of `Text` covers only both ends, which many
/// names share.
struct WholeName: Hashable {
  private let text: Text

  init(_ text: Text) { self.text = text }

  func hash(into hasher: inout Hasher) {
    text.bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
  }
}
