/// How the tensors of a file differ from those that a network's base needs.
struct WeightDifference {
  /// What the network has and the file lacks.
  let missing: [String]
  /// What the file has and the network lacks.
  let extra: [String]
  /// What has another shape.
  let misshapen: [StartingPointError.Shapes]
  /// What the names of a linear layer's tensors begin with that reads the embedding: the only ones beside the base.
  let head: String?

  /// Whether the base is there, and nothing else but a head.
  var isNone: Bool { missing.isEmpty && extra.isEmpty && misshapen.isEmpty }

  init(of weights: RenamedWeights, from base: Architecture) {
    let needed = base.weights
    missing = needed.map(\.name).filter { weights.shape($0) == nil }
    misshapen = needed.compactMap { name, shape in
      weights.shape(name).flatMap {
        $0 == shape ? nil : StartingPointError.Shapes(tensor: name, expected: shape, found: $0)
      }
    }
    let names = Set(needed.map(\.name))
    let extra = weights.names.filter { !names.contains($0) && !base.isCounter($0, names) }
    head = Self.head(among: extra, of: weights, dimension: base.outputs)
    self.extra = head == nil && !weights.isSelection ? extra : []
  }

  private static func head(among extra: [String], of weights: RenamedWeights, dimension: Int) -> String? {
    guard extra.count == 2, let matrix = extra.first(where: { $0.hasSuffix(".weight") }) else { return nil }
    let name = String(matrix.dropLast(".weight".count))
    guard extra.contains(name + ".bias"), let rows = weights.shape(matrix), rows.count == 2, rows[1] == dimension,
      weights.shape(name + ".bias") == [rows[0]]
    else { return nil }
    return name
  }
}
