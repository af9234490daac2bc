import TFLite

/// Which output of a base each input of a head is.
struct Seam {
  /// The base's tensor, by the head's.
  let outputs: [Int32: Int32]

  /// Finds and checks the outputs.
  ///
  /// - Throws: ``JoinError``.
  init(base: Model, head: Model, match: TensorMatch?) throws(JoinError) {
    guard let before = base.mainSubgraph, !before.outputs.isEmpty else { throw .baseWithoutOutput }
    guard let behind = head.mainSubgraph, !behind.inputs.isEmpty else { throw .headWithoutInput }
    guard !behind.outputs.isEmpty else { throw .headWithoutOutput }
    var named: [WholeName: Int32] = [:]
    for output in before.outputs {
      guard let name = before.tensor(output)?.name, !name.isEmpty else { continue }
      if named[WholeName(name)] == nil { named[WholeName(name)] = output }
    }
    let byName = behind.inputs.map { input in behind.tensor(input)?.name.flatMap { named[WholeName($0)] } }
    let found: [Int32]
    switch match {
    case .name:
      guard byName.allSatisfy({ $0 != nil }) else { throw Self.unmatched(byName, before, behind) }
      found = byName.compactMap { $0 }
    case nil where byName.allSatisfy({ $0 != nil }):
      found = byName.compactMap { $0 }
    case nil where before.outputs.count != behind.inputs.count:
      throw Self.unmatched(byName, before, behind)
    case .position, nil:
      guard before.outputs.count == behind.inputs.count else {
        throw .differentCounts(outputs: before.outputs.count, inputs: behind.inputs.count)
      }
      found = before.outputs
    }
    var mismatches: [TensorMismatch] = []
    for (input, output) in zip(behind.inputs, found) {
      guard let one = before.tensor(output), let other = behind.tensor(input) else { continue }
      let mismatch = TensorMismatch(
        output: one, called: before.label(of: output), input: other, called: behind.label(of: input))
      if let mismatch { mismatches.append(mismatch) }
    }
    guard mismatches.isEmpty else { throw .mismatched(mismatches) }
    guard base.externalBuffers.isEmpty || head.externalBuffers.isEmpty else { throw .bothExternal }
    outputs = Dictionary(zip(behind.inputs, found), uniquingKeysWith: { first, _ in first })
  }

  private static func unmatched(_ found: [Int32?], _ before: SubGraph, _ behind: SubGraph) -> JoinError {
    .unmatched(
      inputs: zip(behind.inputs, found).filter { $0.1 == nil }.map { behind.label(of: $0.0) },
      outputs: before.outputs.map(before.label))
  }
}
