import Inference
import Heads
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
    solving method: any HeadMethod, of seen: EmbeddingSet, extractor: Extractor, beside kept: KeptBase?
  ) throws {
    let solved = try Self.solve(method, seen, isBesideOthers: kept != nil)
    if let kept {
      model = try solved.model(
        beside: kept.model, kept: KeptClasses(solved, from: seen, base: kept.logits), labels: kept.labels,
        resize: extractor.resize)
    } else {
      model = try solved.model(behind: extractor.model, resize: extractor.resize)
    }
    self.solved = solved
  }

  /// Solves for the head, with how far a picture is from what was taught: where the method does not say, the analytic one
  /// does, which looks at the same features.
  private static func solve(
    _ method: any HeadMethod, _ seen: EmbeddingSet, isBesideOthers: Bool
  ) throws -> SolvedHead {
    let analytic = Analytic(takesOneClass: isBesideOthers)
    let solved = try method is Analytic ? analytic.solve(seen) : method.solve(seen)
    guard solved.familiarity == nil, !(method is Analytic), seen.hasEmbeddings, solved.head.map == seen.space.map
    else { return solved }
    return SolvedHead(
      head: solved.head, classes: solved.classes, leaveOneOut: solved.leaveOneOut,
      familiarity: try analytic.solve(seen).familiarity)
  }
}
