import Inference
import Heads
import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Classifier {
  /// Classifies labelled pictures and compares.
  ///
  /// - Parameters:
  ///   - classes: The classes with their pictures; their names must be among the classifier's labels.
  ///   - strict: Whether a picture that cannot be read is an error; else it is left out.
  ///   - profile: Is told where the time goes.
  ///   - progress: Called after each picture with the number done.
  ///   - skipped: Called with each picture that cannot be read.
  /// - Throws: ``EvaluationError/unknownClasses(_:known:)``, ``PictureError`` if strict, ``LiteRTError``, and
  ///   `CancellationError`.
  public func evaluate(
    _ classes: [LabelledPictures.Class], strict: Bool = false, profile: Profile? = nil,
    isolation: isolated (any Actor)? = #isolation, progress: (Int) -> Void = { _ in },
    skipped: (PictureError) -> Void = { _ in }
  ) async throws -> Evaluation {
    let ids = classes.map { known in labels.id(of: known.name).flatMap { $0 < classCount ? $0 : nil } }
    let unknown = zip(classes, ids).filter { $1 == nil }.map(\.0.name)
    guard unknown.isEmpty else { throw EvaluationError.unknownClasses(unknown, known: classCount) }
    let list = zip(classes, ids).flatMap { known, id in known.pictures.map { (id ?? -1, $0) } }
    var evaluation = Evaluation(labels: labels)
    try await scores(list.map(\.1), profile: profile) { index, result in
      switch result {
      case .success(let scores):
        try evaluation.add(picture: list[index].1.relativePath, classID: list[index].0, scores: scores)
      case .failure(let error):
        if strict { throw error }
        skipped(error)
      }
      progress(index + 1)
    }
    return evaluation
  }
}
