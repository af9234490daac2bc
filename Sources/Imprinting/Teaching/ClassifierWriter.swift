import Heads
import Inference
import LiteRT
import ModelSurgery
import Pictures
import TFLite

/// A classifier made from embeddings.
struct TaughtModel: Sendable {
  var model: Model
  /// The head of the model, or nil where all its classes come from an earlier file.
  let solved: SolvedHead?
  /// The leave-one-out accuracy of the new pictures among all classes, where imprinted classes stand beside those of a base.
  var accuracyBesideBase: Double?
}

/// A file layout of classifiers: makes a model from embeddings, and knows the classes that the earlier file already had.
protocol ClassifierWriter: Sendable {
  /// Checks that classes of these names can be taught.
  ///
  /// - Throws: ``ImprintingError/baseClass(_:name:)`` for the name of a class that must not change,
  ///   ``ImprintingError/badName(_:)``.
  func check(names: [String]) throws(ImprintingError)

  /// Whether the file keeps classes of a base, which cannot be taught further.
  var hasBaseClasses: Bool { get }

  /// Returns whether the file has a class of this name to which new embeddings are added.
  func continues(_ name: String) -> Bool

  /// Returns the names of all classes: the classes of the file, then those of the embeddings.
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

/// Coral's layout: the row of each class is the direction of a sum. The file stores the sums, so later embeddings can be
/// added to them.
struct ImprintedWriter: ClassifierWriter {
  /// The model with the classes that it had before.
  let before: ImprintedModel
  /// The value of a step of a raw embedding.
  let unit: Float
  let method: any HeadMethod
  let resize: Resize

  var hasBaseClasses: Bool { before.hasBaseClasses }

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
    let found = try BalanceWithBase(imprinted, embeddings: embeddings, unit: unit)
    if let found { imprinted.setBalance(found.balance) }
    return TaughtModel(
      model: try imprinted.model(), solved: try method.solve(embeddings), accuracyBesideBase: found?.accuracy)
  }
}

/// The usual layout: the network followed by a solved head, with or without the classes of a base model.
struct SolvedWriter: ClassifierWriter {
  let method: any HeadMethod
  let extractor: Extractor
  /// The classifier whose classes are kept, if any.
  let base: KeptBase?

  /// A classifier whose classes are kept unchanged while new classes are added.
  struct KeptBase: Sendable {
    let model: Model
    /// The names of its classes; classes without a known name are missing.
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

  var hasBaseClasses: Bool { base != nil }

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
      // The novelty score tells the only class from everything else.
      let isTold = solved.novelty.map { $0.smallClasses.isEmpty } == true
      guard solved.classes.count > 1 || isTold || !(method is Analytic) else {
        throw HeadError.tooFewPicturesOfOneClass(embeddings.pictures)
      }
      return TaughtModel(model: try solved.model(behind: extractor.model, resize: extractor.resize), solved: solved)
    }
    let model = try solved.model(
      beside: base.model, calibration: BaseClassCalibration(solved, from: embeddings, base: base.logits),
      labels: base.labels,
      resize: extractor.resize)
    return TaughtModel(model: model, solved: solved)
  }

  /// Solves for the head and the novelty score. Where the method computes no novelty score, the analytic method computes it
  /// on the same features.
  private func solve(_ embeddings: EmbeddingSet) throws -> SolvedHead {
    var analytic = method as? Analytic ?? Analytic()
    analytic.takesOneClass = true
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
  /// Returns whether the model has classes, rather than ending in its embedding.
  fileprivate func hasClasses() throws -> Bool {
    if let tail = try? ImprintingTail(of: self) { return !hasEmptyHead(tail) }
    return try embedding() != onlyInputAndOutput().output
  }
}
