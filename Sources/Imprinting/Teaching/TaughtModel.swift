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
    solving method: any HeadMethod, of seen: Seen, extractor: Extractor, beside kept: KeptBase?
  ) throws {
    let solved = try method.solve(seen)
    if let kept {
      model = try solved.model(
        beside: kept.model, kept: KeptClasses(solved, from: seen, base: kept.logits), labels: kept.labels,
        resize: extractor.resize)
    } else {
      model = try solved.model(behind: extractor.model, resize: extractor.resize)
    }
    self.solved = solved
  }
}
