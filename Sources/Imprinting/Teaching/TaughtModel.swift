import ModelSurgery
import TFLite

/// A classifier file as it follows from what was seen.
struct TaughtModel: Sendable {
  let model: Model
  /// The head in it, or nil where it is that of an earlier file alone.
  let solved: SolvedHead?

  init(model: Model, solved: SolvedHead?) {
    self.model = model
    self.solved = solved
  }

  /// Solves for the head and puts it behind the network, beside the classes that are kept.
  ///
  /// - Throws: ``HeadError``, ``KeptClassesError``, `SurgeryError`, `TFLiteError`.
  init(
    solving method: any HeadMethod, of seen: Seen, extractor: Extractor, beside kept: KeptBase?, labels: [Int: String]
  ) throws {
    let solved = try method.solve(seen)
    var model: Model
    if let kept {
      guard let familiarity = solved.familiarity else { throw KeptClassesError.noDistances }
      model = try solved.head.model(
        beside: kept.model, familiarity: familiarity, kept: KeptClasses(solved, from: seen, base: kept.logits))
    } else {
      model = try solved.head.model(behind: extractor.model)
    }
    try model.setImprinted(
      labels: Labels(labels).lines(count: (kept?.classCount ?? 0) + solved.classes.count),
      sums: StoredSums(dimension: 0, sums: [:]), resize: extractor.resize)
    self.model = model
    self.solved = solved
  }
}
