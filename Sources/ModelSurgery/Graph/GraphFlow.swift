import TFLite

/// Which operator of a model's only graph writes each tensor, checked so that going from tensor to tensor ends.
struct GraphFlow {
  /// The operator that writes a tensor, by the tensor.
  let producers: [Int32: Int]
  /// Tensors that follow from constants alone, and are the same at every run: written by operators, not stored.
  let constantResults: Set<Int32>

  private let graph: SubGraph

  /// Follows a model's graph.
  ///
  /// - Throws: ``SurgeryError/notOneGraph(_:)``; ``SurgeryError/bound(operator:because:)`` for an operator whose state or
  ///   program is not its own; ``SurgeryError/badOperator(_:number:because:)`` for one that reads what nothing has written
  ///   before it, or writes what is written already; ``SurgeryError/unsuitable(tensor:because:)`` for an output that
  ///   nothing writes.
  /// - Complexity: O(tensors + operators).
  init(of model: Model) throws(SurgeryError) {
    guard model.subgraphs.count == 1 else { throw .notOneGraph(model.subgraphs.count) }
    let graph = model.subgraphs[0]
    var producers: [Int32: Int] = [:]
    var constants: Set<Int32> = []
    var variables: Set<Int32> = []
    for (index, tensor) in graph.tensors.enumerated() {
      if model.isStored(tensor) { constants.insert(Int32(clamping: index)) }
      if tensor.isVariable { variables.insert(Int32(clamping: index)) }
    }
    var written = constants.union(variables)
    for input in graph.inputs where !written.insert(input).inserted && !variables.contains(input) {
      throw .unsuitable(
        tensor: graph.label(of: input), because: "it is an input twice, or an input and a constant at once")
    }
    var results: Set<Int32> = []
    for (number, op) in graph.operators.enumerated() {
      let name = model.name(of: op)
      if let reason = Self.bound(model.operatorCode(of: op)) { throw .bound(operator: name, because: reason) }
      if let missing = op.inputs.first(where: { $0 >= 0 && !written.contains($0) }) {
        throw .badOperator(
          name, number: number, because: "it reads \(graph.label(of: missing)), which nothing has written before it")
      }
      for output in op.outputs {
        guard written.insert(output).inserted else {
          throw .badOperator(
            name, number: number, because: "it writes to \(graph.label(of: output)), which holds something already")
        }
        producers[output] = number
      }
      let inputs = op.inputs.filter { $0 >= 0 }
      if !inputs.isEmpty, inputs.allSatisfy({ constants.contains($0) || results.contains($0) }),
        model.isSameAtEveryRun(op)
      {
        results.formUnion(op.outputs)
      }
    }
    if let missing = graph.outputs.first(where: { !written.contains($0) }) {
      throw .unsuitable(tensor: graph.label(of: missing), because: "it is an output, and nothing writes it")
    }
    self.graph = graph
    self.producers = producers
    constantResults = results
  }

  /// The operators that some tensors follow from, and the tensors at which the way back was stopped.
  ///
  /// - Complexity: O(tensors + operators).
  func operators(
    behind tensors: [Int32], stoppingAt stops: Set<Int32> = []
  ) -> (operators: Set<Int>, stops: Set<Int32>) {
    var operators: Set<Int> = []
    var met: Set<Int32> = []
    var pending = tensors
    var seen = Set(tensors)
    while let tensor = pending.popLast() {
      if stops.contains(tensor) {
        met.insert(tensor)
        continue
      }
      guard let index = producers[tensor], operators.insert(index).inserted else { continue }
      for input in graph.operators[index].inputs where input >= 0 && seen.insert(input).inserted {
        pending.append(input)
      }
    }
    return (operators, met)
  }

  private static func bound(_ code: OperatorCode?) -> String? {
    switch code?.builtinCode {
    case .varHandle, .readVariable, .assignVariable, .callOnce, .hashtable, .hashtableFind, .hashtableImport,
      .hashtableSize:
      "keeps state beside the graph, and both parts would have to share it"
    case .custom where code?.customCode == "DISPATCH_OP":
      "holds where in the file its program stands, which would move"
    default: nil
    }
  }
}

extension Model {
  /// Whether a tensor's contents stand in the file, or beside it; a tensor without elements needs none.
  fileprivate func isStored(_ tensor: Tensor) -> Bool {
    !tensor.isVariable && (constant(tensor) != nil || tensor.externalBuffer != 0 || tensor.elementCount == 0)
  }

  /// Whether an operator gives the same for the same inputs, and does nothing else.
  fileprivate func isSameAtEveryRun(_ op: Operator) -> Bool {
    guard !op.mutatingVariableInputs.contains(true), op.intermediates.isEmpty,
      let builtin = builtinOperator(of: op), builtin.knownName != nil
    else { return false }
    let others: Set<BuiltinOperator> = [
      .custom, .delegate, .randomUniform, .randomStandardNormal, .multinomial, .if, .while, .call,
    ]
    return !others.contains(builtin)
  }
}
