import TFLite

/// Which operators of a model's main graph read each tensor, for going forward through the graph.
struct GraphReaders {
  /// How far one has come: a tensor, and the operator that wrote it.
  struct Place {
    let tensor: Int32
    /// The operator's index; −1 for what no operator writes.
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

  /// The operators behind a place that read its tensor, in the order in which they run.
  ///
  /// Only those count that run after the tensor was written, so that going forward ends, however a damaged file is tied
  /// together.
  func all(from place: Place) -> [Int] { (readers[place.tensor] ?? []).filter { $0 > place.writer } }

  /// The only such operator, and where one has come behind it; nil where there are none or several.
  func only(from place: Place) -> (op: Operator, next: Place)? {
    let found = all(from: place)
    guard found.count == 1, let output = graph.operators[found[0]].outputs.first else { return nil }
    return (graph.operators[found[0]], Place(tensor: output, writer: found[0]))
  }
}
