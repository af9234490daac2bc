import TFLite

extension Requantization {
  /// What was rewritten of a model, and what was not.
  public struct Report: Sendable, Hashable {
    /// Operators of one kind that stay as they were.
    public struct Left: Sendable, Hashable {
      /// The operator's name.
      public let name: String
      /// How many there are.
      public let count: Int
    }

    /// How many layers with weights were rewritten.
    public internal(set) var layers = 0
    /// How many output channels these have.
    public internal(set) var channels = 0
    /// How many of the channels have the very weights that they had.
    public internal(set) var exactChannels = 0
    /// How many operators run on int8 now that ran on uint8, the layers included.
    public internal(set) var operators = 0
    /// The operators with uint8 tensors that stay as they were, in the order in which they come first.
    public internal(set) var left: [Left] = []
    /// How many QUANTIZE were put between the two forms, and between two scales.
    public internal(set) var conversions = 0

    /// Whether there was nothing to rewrite: the model is the given one.
    public var isUnchanged: Bool { operators == 0 }

    /// The report of a model that stays as it is.
    init(unchanged model: Model) {
      guard let graph = model.mainSubgraph else { return }
      left = Self.left(of: model, graph.operators.filter { Self.hasBytes($0, graph) })
    }

    /// The report of a plan.
    init(_ plan: RequantizationPlan, of model: Model, _ graph: SubGraph) {
      layers = plan.layers.count
      operators = plan.isRewritten.count { $0 }
      let others = zip(graph.operators, plan.isRewritten).filter { !$0.1 && Self.hasBytes($0.0, graph) }
      left = Self.left(of: model, others.map(\.0))
    }

    private static func hasBytes(_ op: Operator, _ graph: SubGraph) -> Bool {
      (op.inputs + op.outputs).contains { graph.tensor($0)?.type == .uint8 }
    }

    private static func left(of model: Model, _ operators: [Operator]) -> [Left] {
      var counts: [String: Int] = [:]
      var names: [String] = []
      for name in operators.map({ model.name(of: $0) }) {
        if counts[name] == nil { names.append(name) }
        counts[name, default: 0] += 1
      }
      return names.map { Left(name: $0, count: counts[$0] ?? 0) }
    }
  }
}
