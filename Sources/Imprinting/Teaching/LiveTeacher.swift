public import Heads
public import Inference
import ModelSurgery
public import Pictures

/// Teaches classes from single frames, and classifies with what it learnt a moment before.
///
/// Adding and removing pictures costs the solving of the head: the network has run on the frame already, and no model is made.
/// Up to ``mostPicturesInFull`` pictures each change solves in full, a few milliseconds for some dozens of pictures. With more,
/// a change reuses the settings of the last ``Review``, which the owner brings up to date when there is time.
///
/// ```swift
/// var live = try LiveTeacher(teacher.extractor)
/// let frame = try await live.embed(buffer, named: "1")
/// try live.add(frame, to: "mug")
/// print(try live.answer(frame))
/// ```
public struct LiveTeacher: Sendable {
  /// The frozen network, with one view of each picture.
  public let extractor: Extractor
  /// The embeddings of the pictures that were added.
  public private(set) var embeddings: EmbeddingSet
  /// The last full solution of the head; nil with fewer than two classes.
  public private(set) var review: Review?

  /// Whether ``review`` is of exactly the pictures of now.
  public private(set) var isReviewCurrent = true

  private let findsUnknown: Bool
  private var head: SolvedHead?
  // The sums of the pictures, from which a head is solved with kept settings; nil until they are needed.
  private var sums: EmbeddingSet?
  private var history: [Added] = []

  /// The most pictures with which each change solves in full.
  public static let mostPicturesInFull = 300

  /// A picture that was added.
  public struct Added: Sendable, Hashable {
    /// The name of the picture.
    public let picture: String
    /// The name of its class.
    public let label: String

    /// Names a picture of a class.
    public init(picture: String, label: String) {
      self.picture = picture
      self.label = label
    }
  }

  /// A full solution of the head from all pictures, as a saved model has it.
  public struct Review: Sendable {
    /// The names of the classes.
    public var classes: [String] { solution.solved.classes }
    /// The expected accuracy; nil where no class has two pictures.
    public var leaveOneOut: LeaveOneOut? { solution.solved.leaveOneOut }
    /// The rule by which pictures are unknown; nil where none is.
    public let unknownRule: UnknownRule?

    let solution: Analytic.Solution
  }

  /// Makes a teacher.
  ///
  /// - Parameters:
  ///   - extractor: The network, with one view of each picture.
  ///   - earlier: The embeddings of classes that were taught before, of the same space.
  ///   - findsUnknown: Whether answers may be that a picture is unknown; solving then takes about twice as long.
  ///   - budget: The bytes of embeddings to keep; by default `EmbeddingSet/defaultBudget`, or the budget of `earlier` if it is
  ///     larger.
  /// - Throws: ``/Heads/EmbeddingSetError/otherSpace(_:)``, `HeadError`.
  public init(
    _ extractor: Extractor, from earlier: EmbeddingSet? = nil, findsUnknown: Bool = false, budget: Int? = nil
  ) throws {
    self.extractor = extractor
    self.findsUnknown = findsUnknown
    embeddings = EmbeddingSet(
      space: extractor.space,
      budget: budget ?? max(EmbeddingSet.defaultBudget, earlier?.budget ?? EmbeddingSet.defaultBudget))
    if let earlier { try embeddings.merge(earlier) }
    try solve()
  }

  /// The names of the classes, in the order in which they were first added.
  public var classes: [String] { embeddings.classes.map(\.name) }

  /// Whether pictures were added that are still there.
  public var hasChanged: Bool { !history.isEmpty }

  /// Runs the network on a frame.
  ///
  /// - Parameters:
  ///   - frame: The frame.
  ///   - view: The part of the frame to see.
  ///   - name: The name of the picture, other than those of all pictures of its class.
  /// - Throws: `PictureError`, `LiteRTError`.
  public func embed(_ frame: Frame, view: PictureView = .whole, named name: String) async throws -> EmbeddedPicture {
    var found: EmbeddedPicture?
    let item = PictureItem(name: name, frame.itemContent, view: view)
    try await extractor.embed(.items([item]), profile: nil) { _, result in found = try result.get() }
    guard let found else { throw ImprintingError.nothingLearnt }
    return found
  }

  /// Adds a picture to a class, which is made if it is new. A picture that the class already has changes nothing.
  ///
  /// - Returns: Whether the class did not have the picture yet.
  /// - Throws: The errors of ``/Heads/EmbeddingSet/add(_:to:)``, `HeadError`; nothing is added then.
  @discardableResult
  public mutating func add(_ picture: EmbeddedPicture, to label: String) throws -> Bool {
    let before = embeddings.pictures
    try update(adding: [(picture, label)])
    return embeddings.pictures > before
  }

  /// Removes a picture from a class, and the class with its last picture.
  ///
  /// - Throws: The errors of ``/Heads/EmbeddingSet/remove(picture:from:)``, `HeadError`; nothing is removed then.
  public mutating func remove(_ picture: String, from label: String) throws {
    try update(removing: [Added(picture: picture, label: label)])
  }

  /// Removes pictures, then adds others, and solves once: moving many pictures costs no more than adding one.
  ///
  /// - Parameters:
  ///   - removed: The pictures to remove.
  ///   - added: The pictures to add, each with its class.
  /// - Throws: As ``add(_:to:)`` and ``remove(_:from:)`` do; nothing changes then.
  public mutating func update(
    removing removed: [Added] = [], adding added: [(picture: EmbeddedPicture, label: String)] = []
  ) throws {
    var next = self
    for (label, names) in Dictionary(grouping: removed, by: \.label).sorted(by: { $0.key < $1.key }) {
      try next.remove(Set(names.map(\.picture)), of: label)
    }
    var news = EmbeddingSet(space: embeddings.space, budget: .max)
    var kept: [Added] = []
    for (picture, label) in added where try next.embeddings.add(picture, to: label) {
      try news.add(picture, to: label)
      kept.append(Added(picture: picture.name, label: label))
    }
    // Merging brings the sums up to date, so that the next solution need not.
    try next.sums?.merge(news)
    try next.solve()
    let gone = Set(removed)
    if !gone.isEmpty { next.history.removeAll { gone.contains($0) } }
    next.history += kept
    self = next
  }

  private mutating func remove(_ pictures: Set<String>, of label: String) throws {
    guard let place = embeddings.place(of: label) else {
      throw EmbeddingSetError.noClass(label, known: classes)
    }
    var gone = EmbeddingSet(space: embeddings.space, budget: .max)
    for picture in embeddings.classes[place].pictures where pictures.contains(picture.name) {
      try gone.add(picture, to: label)
    }
    guard gone.pictures >= pictures.count else {
      let known = Set(gone.classes.flatMap { $0.pictures.map(\.name) })
      let missing = pictures.subtracting(known).min() ?? ""
      throw embeddings.hasEmbeddings
        ? EmbeddingSetError.noPicture(missing, label: label)
        : EmbeddingSetError.pastBudget("removing one picture", bytes: embeddings.sumsBudget)
    }
    try embeddings.subtract(gone)
    try sums?.subtract(gone)
  }

  /// Gives a class another name.
  ///
  /// - Throws: The errors of ``/Heads/EmbeddingSet/rename(class:to:)``; nothing changes then.
  public mutating func rename(_ label: String, to new: String) throws {
    var next = self
    try next.embeddings.rename(class: label, to: new)
    try next.sums?.rename(class: label, to: new)
    next.head = head?.renaming(label, to: new)
    next.review = review?.renaming(label, to: new)
    next.history = history.map { $0.label == label ? Added(picture: $0.picture, label: new) : $0 }
    self = next
  }

  /// Takes back the picture that was added last.
  ///
  /// - Returns: The picture; nil where none is left that was added.
  /// - Throws: The errors of ``remove(_:from:)``.
  public mutating func takeBack() throws -> Added? {
    guard let last = history.last else { return nil }
    try remove(last.picture, from: last.label)
    return last
  }

  /// Classifies a picture with the classes so far: the scores are those of a model made of ``embeddings``, exactly up to
  /// ``mostPicturesInFull`` pictures, and nearly with more. With one class, that is the answer; without any, the answer is
  /// unknown. A picture of a class that the last review did not know is never unknown.
  ///
  /// - Throws: ``/Heads/EmbeddingSetError/wrongSize(bytes:expected:)``, `EvaluationError`.
  public func answer(_ picture: EmbeddedPicture, topK: Int = 3) throws -> Answer {
    guard let head else {
      let only = embeddings.classes.first.map { Classification(id: 0, label: $0.name, score: 1) }
      return Answer(isUnknown: only == nil, classes: [only].compactMap { $0 }, noveltyScore: nil)
    }
    let steps = try embeddings.space.steps(of: picture)
    let scores = Softmax.probabilities(of: head.head.logits(of: steps)).map { Float($0) }
    let ids = try Ranking.best(scores, threshold: -.infinity, topK: topK)
    let best = ids.first.map { head.classes[$0] }
    let novelty = review?.novelty(of: steps)
    return Answer(
      isUnknown: best.map { Labels.meansNone($0) } == true || review?.isUnknown(novelty, best: best) == true,
      classes: ids.map { Classification(id: $0, label: head.classes[$0], score: scores[$0]) }, noveltyScore: novelty)
  }

  /// Solves in full, with leave-one-out; see ``adopt(_:)``.
  ///
  /// - Returns: The solution; nil with fewer than two classes.
  /// - Throws: `HeadError`, `LinearAlgebraError`.
  /// - Complexity: That of `Analytic`: a few seconds with 10 000 pictures.
  public func solveInFull() throws -> Review? {
    guard embeddings.classes.count > 1 else { return nil }
    let solution = try Analytic(findsNovelty: findsUnknown).solution(embeddings)
    let rule = try solution.solved.novelty.flatMap { try StoredNovelty($0, rate: UnknownRule.usualRate) }
    return Review(unknownRule: rule?.rule(rate: UnknownRule.usualRate), solution: solution)
  }

  /// Takes a full solution of this teacher, or of an earlier state of it, for the settings of later heads and for the unknown.
  ///
  /// - Throws: `HeadError`, `LinearAlgebraError`.
  public mutating func adopt(_ review: Review) throws {
    var next = self
    next.review = review
    if next.solvesInFull { return }
    try next.solve()
    self = next
  }

  private var solvesInFull: Bool {
    embeddings.pictures <= Self.mostPicturesInFull || !embeddings.hasEmbeddings || review == nil
  }

  private mutating func solve() throws {
    guard embeddings.classes.count > 1 else {
      (head, review, sums, isReviewCurrent) = (nil, nil, nil, true)
      return
    }
    guard !solvesInFull, let review else {
      let solved = try solveInFull()
      (self.review, head, sums, isReviewCurrent) = (solved, solved?.solution.solved, nil, true)
      return
    }
    if sums == nil {
      var all = EmbeddingSet(space: embeddings.space, budget: 0)
      try all.merge(embeddings)
      sums = all
    }
    guard let sums else { return }
    isReviewCurrent = false
    head = try Analytic(keeping: review.solution.settings, findsNovelty: false).solve(sums)
  }
}

extension LiveTeacher.Review {
  fileprivate func renaming(_ label: String, to new: String) -> Self {
    Self(
      unknownRule: unknownRule,
      solution: .init(solved: solution.solved.renaming(label, to: new), settings: solution.settings))
  }

  /// Returns u of an embedding; nil where there is no rule.
  fileprivate func novelty(of steps: [Float]) -> Float? {
    guard unknownRule != nil, let novelty = solution.solved.novelty else { return nil }
    return novelty.value(of: solution.solved.head.transform.features(of: steps))
  }

  /// Returns whether a picture is unknown.
  fileprivate func isUnknown(_ novelty: Float?, best: String?) -> Bool {
    guard let novelty, let unknownRule, let best, let place = classes.firstIndex(of: best) else { return false }
    return unknownRule.isUnknown(novelty, best: place)
  }
}

extension SolvedHead {
  fileprivate func renaming(_ label: String, to new: String) -> SolvedHead {
    let names = { (names: [String]) in names.map { $0 == label ? new : $0 } }
    let tried = leaveOneOut.map {
      LeaveOneOut(classes: names($0.classes), predictions: $0.predictions, singles: names($0.singles))
    }
    return SolvedHead(head: head, classes: names(classes), leaveOneOut: tried, novelty: novelty)
  }
}
