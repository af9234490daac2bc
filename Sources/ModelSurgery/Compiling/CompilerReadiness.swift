import TFLite

/// What the Edge TPU's compiler would make of a model, told from the model alone.
///
/// The compiler turns one part of a graph, from its beginning to where something stands against it, into one operator for
/// the Edge TPU; the rest stays on the processor. Coral documents what it takes: every tensor quantised to 8 bits, all
/// sizes known, weights and biases constant, nothing but 1 before the three innermost dimensions, and a list of operators.
/// What else the compiler refuses shows when it runs: this is what can be named before.
///
/// ```swift
/// let readiness = CompilerReadiness(of: try Model(contentsOf: file))
/// for operation in readiness.remaining { print(operation.name, operation.obstacle) }
/// ```
public struct CompilerReadiness: Sendable, Hashable {
  /// An operator that stays on the processor.
  public struct Remaining: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Its place in the order of running.
    public let number: Int
    /// Why it does.
    public let obstacle: CompilerObstacle
  }

  /// Why the compiler would refuse the model as a whole; empty where it would not.
  public private(set) var obstacles: [CompilerObstacle] = []
  /// How many operators the Edge TPU would run.
  public private(set) var mapped = 0
  /// The operators that would stay on the processor, in the order of running.
  public private(set) var remaining: [Remaining] = []

  /// Whether the compiler would take the model, and leave something for the Edge TPU to do.
  public var isReady: Bool { obstacles.isEmpty && mapped > 0 }

  /// Looks through a model.
  ///
  /// - Complexity: O(tensors + operators); no weights are read.
  public init(of model: Model) {
    guard model.subgraphs.count == 1, let graph = model.subgraphs.first else {
      obstacles = [.notOneGraph(model.subgraphs.count)]
      return
    }
    guard !graph.operators.isEmpty else {
      obstacles = [.noOperators]
      return
    }
    guard !model.isCompiled else {
      obstacles = [.alreadyCompiled]
      return
    }
    let used = Set(graph.inputs + graph.outputs + graph.operators.flatMap { $0.inputs + $0.outputs }).sorted()
    obstacles = used.compactMap { index in
      guard let tensor = graph.tensor(index), tensor.shape.contains(where: { $0 < 0 }) else { return nil }
      return .openShape(tensor: graph.label(of: index), shape: tensor.shape)
    }
    walk(graph, of: model)
  }

  private mutating func walk(_ graph: SubGraph, of model: Model) {
    var beyond: Set<Int32> = []
    for (number, op) in graph.operators.enumerated() {
      let follows = op.inputs.contains { beyond.contains($0) }
      guard let obstacle = follows ? .behindAnother : model.compilerObstacle(to: op, in: graph) else {
        mapped += 1
        continue
      }
      remaining.append(Remaining(name: String(model.name(of: op).prefix(100)), number: number, obstacle: obstacle))
      // What prepares the input, before the compiled part begins, does not stand against it.
      if mapped > 0 || ![.quantize, .cast].contains(model.builtinOperator(of: op)) { beyond.formUnion(op.outputs) }
    }
  }

  /// The reasons for which the model is not ready, the first few in words; empty where it is.
  public var complaint: String {
    if !obstacles.isEmpty { return Self.list(obstacles.map(\.description)) }
    guard mapped == 0 else { return "" }
    let own = remaining.filter { $0.obstacle != .behindAnother }
    return Self.list((own.isEmpty ? remaining : own).map { "operator \($0.number), \($0.name): \($0.obstacle)" })
  }

  private static func list(_ reasons: [String]) -> String {
    reasons.prefix(4).joined(separator: "; ") + (reasons.count > 4 ? "; and \(reasons.count - 4) more" : "")
  }
}
