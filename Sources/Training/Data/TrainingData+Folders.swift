import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension TrainingData {
  /// The pictures of a folder that holds one folder a class, as ``LabelledPictures/init(folder:)`` finds them: classes
  /// in the order of their names, pictures in the order of their paths.
  ///
  /// - Throws: ``LabelledPicturesError``, or ``TrainingDataError/emptyClasses(_:)`` naming the folders without a picture.
  public init(folder: URL) throws {
    try self.init(LabelledPictures(folder: folder))
  }

  /// Labelled pictures.
  ///
  /// - Throws: ``TrainingDataError/emptyClasses(_:)``.
  public init(_ pictures: LabelledPictures) throws(TrainingDataError) {
    let empty = pictures.emptyClasses + pictures.classes.filter(\.pictures.isEmpty).map(\.name)
    guard empty.isEmpty else { throw .emptyClasses(empty) }
    let examples = pictures.classes.enumerated().flatMap { label, known in
      known.pictures.map { TrainingExample(label: label, picture: .file($0)) }
    }
    self.init(labels: pictures.classes.map(\.name), examples: examples)
  }
}
