#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
public import Heads
public import Inference
import ModelSurgery
public import Pictures

/// Teaches classes from single frames, and classifies with what it learnt a moment before.
///
/// Adding and removing a picture costs the solving of the head, a few milliseconds for some dozens of pictures: the network has
/// run on the frame already, and no model is made. ``Teacher`` makes one of ``embeddings``.
///
/// ```swift
/// var live = LiveTeacher(teacher.extractor)
/// let frame = try await live.embed(buffer, named: "1")
/// try live.add(frame, to: "mug")
/// print(try live.answer(frame))
/// ```
public struct LiveTeacher: Sendable {
  /// The frozen network, with one view of each picture.
  public let extractor: Extractor
  /// The embeddings of the pictures that were added.
  public private(set) var embeddings: EmbeddingSet

  private let method: any HeadMethod
  private var head: SolvedHead?
  private var history: [Added] = []

  /// A picture that was added.
  public struct Added: Sendable, Hashable {
    /// The name of the picture.
    public let picture: String
    /// The name of its class.
    public let label: String
  }

  /// Makes a teacher.
  ///
  /// - Parameters:
  ///   - extractor: The network, with one view of each picture.
  ///   - earlier: The embeddings of classes that were taught before, of the same space.
  ///   - method: The method that solves for the head.
  /// - Throws: ``/Heads/EmbeddingSetError/otherSpace(_:)``, `HeadError`.
  public init(
    _ extractor: Extractor, from earlier: EmbeddingSet? = nil, method: any HeadMethod = Analytic(findsNovelty: false)
  ) throws {
    self.extractor = extractor
    self.method = method
    embeddings = EmbeddingSet(
      space: extractor.space, budget: max(EmbeddingSet.defaultBudget, earlier?.budget ?? EmbeddingSet.defaultBudget))
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
    var next = self
    guard try next.embeddings.add(picture, to: label) else { return false }
    try next.solve()
    next.history.append(Added(picture: picture.name, label: label))
    self = next
    return true
  }

  /// Removes a picture from a class, and the class with its last picture.
  ///
  /// - Throws: The errors of ``/Heads/EmbeddingSet/remove(picture:from:)``, `HeadError`; nothing is removed then.
  public mutating func remove(_ picture: String, from label: String) throws {
    var next = self
    try next.embeddings.remove(picture: picture, from: label)
    try next.solve()
    next.history.removeAll { $0 == Added(picture: picture, label: label) }
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

  /// Classifies a picture with the classes so far: the scores are those of a model made of ``embeddings``, and no picture is
  /// unknown. With one class, that is the answer; without any, the answer is unknown.
  ///
  /// - Throws: ``/Heads/EmbeddingSetError/wrongSize(bytes:expected:)``, `EvaluationError`.
  public func answer(_ picture: EmbeddedPicture, topK: Int = 3) throws -> Answer {
    guard let head else {
      let only = embeddings.classes.first.map { Classification(id: 0, label: $0.name, score: 1) }
      return Answer(isUnknown: only == nil, classes: [only].compactMap { $0 }, noveltyScore: nil)
    }
    let logits = head.head.logits(of: try embeddings.space.steps(of: picture))
    let greatest = logits.max() ?? 0
    let powers = logits.map { exp(Double($0 - greatest)) }
    let sum = powers.reduce(0, +)
    let scores = powers.map { Float($0 / sum) }
    let ids = try Ranking.best(scores, threshold: -.infinity, topK: topK)
    return Answer(
      isUnknown: ids.first.map { Labels.meansNone(head.classes[$0]) } == true,
      classes: ids.map { Classification(id: $0, label: head.classes[$0], score: scores[$0]) }, noveltyScore: nil)
  }

  private mutating func solve() throws {
    head = embeddings.classes.count > 1 ? try method.solve(embeddings) : nil
  }
}
