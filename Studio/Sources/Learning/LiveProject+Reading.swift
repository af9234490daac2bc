public import Foundation
public import Imprinting
import Pictures
public import Project
import Synchronization

extension LiveProject {
  /// What is known of the project at a moment.
  public struct Summary: Sendable {
    /// The number of the state: each change makes a greater one.
    public let revision: Int
    /// The newest estimate.
    public let estimate: ProjectEstimate?
    /// Whether the estimate is of the newest state.
    public let isCurrent: Bool
    /// The recall of each class, by its name.
    public let recalls: [String: Double]
    /// The accuracy with fewer pictures of each class.
    public let curve: [LearningCurve.Point]
    /// What the user should know.
    public let problems: [ProjectProblem]
  }

  /// What is known of the project now.
  public var summary: Summary {
    Summary(
      revision: revision, estimate: estimate, isCurrent: reviewed == revision, recalls: recalls, curve: curve,
      problems: problems.values.sorted { $0.code < $1.code })
  }

  /// The number of the state.
  public var revisionNow: Int { revision }

  /// The recall of each class, by its name.
  public var recalls: [String: Double] { estimate?.recalls ?? [:] }

  /// The likely class of each picture that looks mislabelled.
  public var likelyClasses: [Int64: (classID: Int64, probability: Double)] {
    let ids = Dictionary(names.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
    return Dictionary(
      (estimate?.suspects ?? []).compactMap { suspect in
        ids[suspect.looksLike].map { (suspect.picture, (classID: $0, probability: suspect.probability)) }
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Returns the pictures of a class that leave-one-out takes for another, or for their own.
  public func pictures(of label: Int64, takenFor taken: Int64) -> [Int64] {
    guard let tried = estimate?.leaveOneOut, let own = names[label].flatMap({ tried.classes.firstIndex(of: $0) }),
      let other = names[taken].flatMap({ tried.classes.firstIndex(of: $0) })
    else { return [] }
    return tried.predictions.filter { $0.label == own && $0.predicted == other }.compactMap { Int64($0.picture) }
  }

  /// Classifies a picture, and returns the number of each class and of the state as well.
  public nonisolated func answer(
    _ bytes: Data, topK: Int
  ) async throws -> (answer: Answer, ids: [String: Int64], revision: Int) {
    let picture = try await embed(bytes, named: "frame", urgent: true)
    let newest = newest.withLock { $0 }
    return (try newest.teacher.answer(picture, topK: topK), newest.ids, newest.revision)
  }

  /// Returns a small picture, as a JPEG file.
  ///
  /// - Parameter side: The greatest length of its shorter side, in pixels.
  /// - Throws: `PictureError`, ``ProjectError``.
  public nonisolated func thumbnail(of picture: ProjectPicture, side: Int) async throws -> [UInt8] {
    let file = try store.file(of: picture)
    return try await onThread {
      let frame = Frame(source: 0, number: 1, content: .file(file), time: .zero)
      let size = try frame.size()
      let shorter = max(1, min(size.width, size.height))
      let scale = min(1, Double(side) / Double(shorter))
      // A banner is cut to four times its height.
      let sides = [size.width, size.height].map { min(side * 4, max(1, Int((Double($0) * scale).rounded()))) }
      let reader = try PictureReader(width: sides[0], height: sides[1], resize: .crop)
      guard let bytes = try frame.read(by: reader).jpeg(quality: 80) else {
        throw ProjectError.notAPicture(picture.name, because: "libturbojpeg cannot write it")
      }
      return bytes
    }
  }
}
