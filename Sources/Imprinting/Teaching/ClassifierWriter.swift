import Heads
import Inference
import LiteRT
import ModelSurgery
import Pictures
import TFLite

/// A classifier as it follows from embeddings.
struct TaughtModel: Sendable {
  let model: Model
  /// The head in it, or nil where it is that of an earlier file alone.
  let solved: SolvedHead?
}

/// A layout of classifiers: it makes a model of embeddings, and knows the classes that were in the file before.
protocol ClassifierWriter: Sendable {
  /// Checks that classes of these names can be taught.
  ///
  /// - Throws: ``ImprintingError/baseClass(_:name:)`` for the name of a class that must stay as it is,
  ///   ``ImprintingError/badName(_:)``.
  func check(names: [String]) throws(ImprintingError)

  /// Returns whether the file holds a class of this name, which embeddings are added to.
  func continues(_ name: String) -> Bool

  /// Returns the names of all classes: those of the file, then those of the embeddings.
  func labels(with embeddings: EmbeddingSet) -> Labels

  /// Returns the number of all classes.
  func classCount(with embeddings: EmbeddingSet) -> Int

  /// Returns the id of a class of the embeddings.
  func id(of name: String, in embeddings: EmbeddingSet) -> Int

  /// Returns the classifier of all classes.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt`` where there is no class.
  func classifier(of embeddings: EmbeddingSet) throws -> TaughtModel
}

/// Coral's layout: the rows of the classes are directions of sums, which the file holds, so that later sums add up.
struct ImprintedWriter: ClassifierWriter {
  /// The model with the classes that it had before.
  let before: ImprintedModel
  /// The value of a step of a raw embedding.
  let unit: Float
  let method: any HeadMethod
  let resize: Resize

  func check(names: [String]) throws(ImprintingError) { try before.check(names: names) }

  func continues(_ name: String) -> Bool { before.labels.id(of: name) != nil }

  func labels(with embeddings: EmbeddingSet) -> Labels {
    var labels = before.labels
    for (place, name) in newNames(in: embeddings).enumerated() { labels.names[before.classes.count + place] = name }
    return labels
  }

  func classCount(with embeddings: EmbeddingSet) -> Int { before.classes.count + newNames(in: embeddings).count }

  func id(of name: String, in embeddings: EmbeddingSet) -> Int { labels(with: embeddings).id(of: name) ?? 0 }

  private func newNames(in embeddings: EmbeddingSet) -> [String] {
    let known = Set(before.labels.names.values)
    return embeddings.classes.map(\.name).filter { !known.contains($0) }
  }

  func classifier(of embeddings: EmbeddingSet) throws -> TaughtModel {
    guard !embeddings.classes.isEmpty else { return TaughtModel(model: try before.model(), solved: nil) }
    var imprinted = before
    let sums = try embeddings.classes.map { known in
      (name: known.name, sum: try imprinted.sum(of: known, in: embeddings.space, unit: unit))
    }
    try imprinted.train(named: sums)
    imprinted.resize = resize
    return TaughtModel(model: try imprinted.model(), solved: try method.solve(embeddings))
  }
}

/// The usual layout: a solved head behind the network, alone or beside the classes of a base.
struct SolvedWriter: ClassifierWriter {
  let method: any HeadMethod
  let extractor: Extractor
  /// The classifier whose classes stay, if any.
  let base: KeptBase?

  /// A classifier whose classes stay as they are beside new ones.
  struct KeptBase: Sendable {
    let model: Model
    /// The names of its classes, as far as they are known.
    let labels: Labels
    /// Its last layers.
    let logits: BaseLogits

    var classCount: Int { logits.base.classCount }

    /// Prepares a base.
    ///
    /// - Throws: ``ImprintingError/noClassesToKeep`` for a bare extractor, `SurgeryError` where its logits cannot be found,
    ///   `LiteRTError`.
    init(_ model: Model, labels: Labels?, runtime: Runtime) throws {
      guard try model.hasClasses() else { throw ImprintingError.noClassesToKeep }
      self.model = model
      logits = try BaseLogits(of: model, runtime: runtime)
      let count = logits.base.classCount
      self.labels = try labels.map { try FittedLabels($0, classes: count).labels } ?? model.carriedLabels ?? Labels()
    }
  }

  private var baseCount: Int { base?.classCount ?? 0 }

  func check(names: [String]) throws(ImprintingError) {
    for name in names {
      guard Labels.isName(name) else { throw .badName(name) }
      if let base, let id = base.labels.id(of: name), id < base.classCount { throw .baseClass(id, name: name) }
    }
  }

  func continues(_ name: String) -> Bool { false }

  func labels(with embeddings: EmbeddingSet) -> Labels {
    var names = base?.labels.names ?? [:]
    for (place, known) in embeddings.classes.enumerated() { names[baseCount + place] = known.name }
    return Labels(names)
  }

  func classCount(with embeddings: EmbeddingSet) -> Int { baseCount + embeddings.classes.count }

  func id(of name: String, in embeddings: EmbeddingSet) -> Int { baseCount + (embeddings.place(of: name) ?? 0) }

  func classifier(of embeddings: EmbeddingSet) throws -> TaughtModel {
    guard !embeddings.classes.isEmpty else { throw ImprintingError.nothingLearnt }
    let solved = try solve(embeddings)
    guard let base else {
      return TaughtModel(model: try solved.model(behind: extractor.model, resize: extractor.resize), solved: solved)
    }
    let model = try solved.model(
      beside: base.model, calibration: BaseClassCalibration(solved, from: embeddings, base: base.logits),
      labels: base.labels,
      resize: extractor.resize)
    return TaughtModel(model: model, solved: solved)
  }

  /// Solves for the head and the novelty of pictures: where the method does not give a novelty score, the analytic one
  /// does, on the same features.
  private func solve(_ embeddings: EmbeddingSet) throws -> SolvedHead {
    var analytic = method as? Analytic ?? Analytic()
    analytic.takesOneClass = analytic.takesOneClass || base != nil
    let solved = try method is Analytic ? analytic.solve(embeddings) : method.solve(embeddings)
    guard solved.novelty == nil, !(method is Analytic), embeddings.hasEmbeddings,
      solved.head.transform == embeddings.space.transform
    else { return solved }
    return SolvedHead(
      head: solved.head, classes: solved.classes, leaveOneOut: solved.leaveOneOut,
      novelty: try analytic.solve(embeddings).novelty)
  }
}

extension Model {
  /// Whether the model has classes, and does not end in its embedding.
  fileprivate func hasClasses() throws -> Bool {
    if let tail = try? ImprintingTail(of: self) { return !hasEmptyHead(tail) }
    return try embedding() != onlyInputAndOutput().output
  }
}
