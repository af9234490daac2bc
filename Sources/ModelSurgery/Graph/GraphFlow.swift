import TFLite

/// The operator that writes each tensor of a model's only graph. The graph has been checked, so that following tensors
/// always ends.
struct GraphFlow {
  /// The operator that writes each tensor.
  let producers: [Int32: Int]
  /// The tensors that operators compute from constants alone, so that they are the same in every run.
  let constantResults: Set<Int32>

  private let graph: SubGraph

  /// Follows a model's graph.
  ///
  /// - Throws: ``SurgeryError/notOneGraph(_:)``; ``SurgeryError/bound(operator:because:)`` for an operator that keeps
  ///   state or a program outside the graph; ``SurgeryError/badOperator(_:number:because:)`` for an operator that reads
  ///   a tensor before it is written, or writes a tensor for a second time;
  ///   ``SurgeryError/unsuitable(tensor:because:)`` for an output that no operator writes.
  /// - Complexity: O(tensors + operators).
  init(of model: Model) throws(SurgeryError) {
    guard model.subgraphs.count == 1 else { throw .notOneGraph(model.subgraphs.count) }
    let graph = model.subgraphs[0]
    var producers: [Int32: Int] = [:]
    var constants: Set<Int32> = []
    var variables: Set<Int32> = []
    let computed = Set(graph.operators.flatMap(\.outputs)).union(graph.inputs)
    for (index, tensor) in graph.tensors.enumerated() {
      let number = Int32(clamping: index)
      if tensor.isVariable {
        variables.insert(number)
      } else if model.isStored(tensor) || (tensor.elementCount == 0 && !computed.contains(number)) {
        constants.insert(number)
      }
    }
    var written = constants.union(variables)
    for input in graph.inputs where !written.insert(input).inserted && !variables.contains(input) {
      throw .unsuitable(
        tensor: graph.label(of: input), because: "it is an input twice, or both an input and a constant")
    }
    var results: Set<Int32> = []
    for (number, op) in graph.operators.enumerated() {
      let name = model.name(of: op)
      if let reason = Self.bound(model.operatorCode(of: op)) { throw .bound(operator: name, because: reason) }
      if let missing = op.inputs.first(where: { $0 >= 0 && !written.contains($0) }) {
        throw .badOperator(
          name, number: number, because: "it reads \(graph.label(of: missing)), which no operator has written before")
      }
      for output in op.outputs where output >= 0 {
        guard written.insert(output).inserted else {
          throw .badOperator(
            name, number: number, because: "it writes to \(graph.label(of: output)), which is written already")
        }
        producers[output] = number
      }
      let inputs = op.inputs.filter { $0 >= 0 }
      if !inputs.isEmpty, inputs.allSatisfy({ constants.contains($0) || results.contains($0) }),
        model.isDeterministic(op)
      {
        results.formUnion(op.outputs)
      }
    }
    if let missing = graph.outputs.first(where: { !written.contains($0) }) {
      throw .unsuitable(tensor: graph.label(of: missing), because: "it is an output that no operator writes")
    }
    self.graph = graph
    self.producers = producers
    constantResults = results
  }

  /// Returns the operators that compute some tensors, and the tensors at which the search was stopped.
  ///
  /// - Complexity: O(tensors + operators).
  func operators(
    behind tensors: [Int32], stoppingAt stops: Set<Int32> = []
  ) -> (operators: Set<Int>, stops: Set<Int32>) {
    var operators: Set<Int> = []
    var met: Set<Int32> = []
    var pending = tensors
    var visited = Set(tensors)
    while let tensor = pending.popLast() {
      if stops.contains(tensor) {
        met.insert(tensor)
        continue
      }
      guard let index = producers[tensor], operators.insert(index).inserted else { continue }
      for input in graph.operators[index].inputs where input >= 0 && visited.insert(input).inserted {
        pending.append(input)
      }
    }
    return (operators, met)
  }

  private static func bound(_ code: OperatorCode?) -> String? {
    switch code?.builtinCode {
    case .varHandle, .readVariable, .assignVariable, .callOnce, .hashtable, .hashtableFind, .hashtableImport,
      .hashtableSize:
      "keeps state outside the graph, which both parts would have to share"
    case .custom where code?.customCode == "DISPATCH_OP":
      "stores the offset of its program in the file, which would move"
    default: nil
    }
  }
}

extension Model {
  /// Whether a tensor's contents are in the file or in an external file.
  fileprivate func isStored(_ tensor: Tensor) -> Bool { constant(tensor) != nil || tensor.externalBuffer != 0 }

  /// Whether an operator is known to give the same output for the same inputs, and has the inputs that it needs.
  fileprivate func isDeterministic(_ op: Operator) -> Bool {
    guard let builtin = builtinOperator(of: op), Self.constantOperators.contains(builtin),
      let form = OperatorForm.of(builtin)
    else { return false }
    return op.inputs.count >= form.needed && op.outputs.count == 1 && op.intermediates.isEmpty
      && op.inputs.allSatisfy { $0 >= 0 }
  }

  /// The operators that prepare weights.
  private static let constantOperators: Set<BuiltinOperator> = [
    .dequantize, .quantize, .cast, .l2Normalization, .reshape, .squeeze, .expandDims, .transpose, .pad, .padV2,
    .mirrorPad, .slice, .stridedSlice, .gather, .concatenation, .pack, .tile, .fill, .broadcastTo, .reverseV2, .add,
    .sub, .mul, .div, .maximum, .minimum, .pow, .squaredDifference, .neg, .abs, .square, .sqrt, .rsqrt, .exp, .log,
    .floor, .round, .relu, .relu6, .logistic, .tanh, .softmax, .sum, .mean, .reduceMax, .reduceMin, .reduceProd,
  ]
}

/// The operators of a model's main graph that read each tensor, for following the graph forwards.
struct GraphReaders {
  /// A tensor, and the operator that wrote it.
  struct Place {
    let tensor: Int32
    /// The operator's index; −1 if no operator writes the tensor.
    let writer: Int

    init(tensor: Int32, writer: Int = -1) {
      self.tensor = tensor
      self.writer = writer
    }
  }

  let graph: SubGraph
  private let readers: [Int32: [Int]]

  /// - Complexity: O(operators and their inputs).
  init(of model: Model) {
    graph = model.mainSubgraph ?? SubGraph()
    var readers: [Int32: [Int]] = [:]
    for (index, op) in graph.operators.enumerated() {
      for input in Set(op.inputs) { readers[input, default: []].append(index) }
    }
    self.readers = readers
  }

  /// Returns the operators that read the tensor of a place, in the order in which they run.
  ///
  /// Only operators that run after the tensor was written are included, so that following the graph also ends in a
  /// damaged file.
  func all(from place: Place) -> [Int] { (readers[place.tensor] ?? []).filter { $0 > place.writer } }

  /// Returns the operator that reads the tensor and the place of its output; nil if there is no such operator or there
  /// are several.
  func only(from place: Place) -> (op: Operator, next: Place)? {
    let found = all(from: place)
    guard found.count == 1, let output = graph.operators[found[0]].outputs.first else { return nil }
    return (graph.operators[found[0]], Place(tensor: output, writer: found[0]))
  }
}
