import LiteRT
import Pictures
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Teaches classes from folders of pictures, and writes the classifier with its label file.
///
/// ```swift
/// let teacher = try Teacher()
/// try await teacher.learn(from: URL(filePath: "flowers"))
/// try await teacher.save(to: URL(filePath: "flowers.tflite"))
/// ```
public actor Teacher {
  /// How pictures are brought to the model's size.
  public nonisolated let resize: Resize
  /// How they were when the kept classes were taught, or nil where the file does not say or none are kept.
  public nonisolated let earlierResize: Resize?

  private let engine: ImprintingEngine

  /// Opens a base model.
  ///
  /// - Parameters:
  ///   - model: The model: one with the imprinting tail, or a bare embedding extractor; by default ``DefaultModel``.
  ///   - keepClasses: Whether the model's classes stay.
  ///   - labels: Names of the kept classes; by default those that the file carries.
  ///   - resize: How pictures are brought to the model's size; by default as kept classes were taught, else `crop`.
  ///   - threads: How many threads to use; by default one a core.
  ///   - runtime: The runtime; by default one is opened.
  /// - Throws: ``DefaultModelError/missing(path:)``, and as
  ///   ``ImprintingEngine/init(model:keepClasses:labels:threads:runtime:)`` does.
  public init(
    model: URL? = nil, keepClasses: Bool = false, labels: Labels? = nil, resize: Resize? = nil, threads: Int? = nil,
    runtime: Runtime? = nil
  ) throws {
    let bytes = try Bytes(mapping: DefaultModel.url(orGiven: model))
    engine = try ImprintingEngine(
      bytes: bytes, keepClasses: keepClasses, labels: labels, threads: threads, runtime: runtime)
    earlierResize = keepClasses ? try Model(bytes: bytes).imprintedResize : nil
    self.resize = resize ?? earlierResize ?? .crop
  }

  /// The names of all classes that there are now.
  public var labels: Labels { get async { await engine.labels } }

  /// How many classes there are now.
  public var classCount: Int { get async { await engine.classCount } }

  /// Learns the classes of a folder of class folders, or of a list of `path,label` lines.
  ///
  /// - Throws: ``LabelledPicturesError``, and as ``learn(_:strict:progress:)`` does.
  @discardableResult
  public func learn(from data: URL) async throws -> Lesson {
    try await learn(LabelledPictures(data).classes)
  }

  /// Learns classes from their pictures.
  ///
  /// A class named like one that was imprinted before goes on with it; others are new. A class of which no picture can
  /// be read is left out.
  ///
  /// - Parameters:
  ///   - classes: The classes and their pictures.
  ///   - strict: Whether a picture that cannot be read is an error; nothing is learnt then.
  ///   - progress: Called after each picture with the number done.
  /// - Returns: What was taken in.
  /// - Throws: ``ImprintingError/baseClass(_:name:)`` of a class named like one of the base,
  ///   ``ImprintingError/noPictures``, ``PictureError`` if strict, ``LiteRTError``, and `CancellationError`.
  @discardableResult
  public func learn(
    _ classes: [LabelledPictures.Class], strict: Bool = false, progress: (Int) -> Void = { _ in }
  ) async throws -> Lesson {
    // Before the work; once more when it is done.
    try await engine.checkTrainable(names: classes.map(\.name))
    let list = classes.indices.flatMap { place in classes[place].pictures.map { (place, $0) } }
    var sums = classes.map { _ in EmbeddingSum(dimension: engine.embeddingDimension) }
    var lesson = Lesson()
    try await engine.embed(list.map(\.1), resize: resize) { index, result in
      switch result {
      case .success(let embedding): try sums[list[index].0].add(embedding)
      case .failure(let error):
        if strict { throw error }
        lesson.skipped.append(error)
      }
      progress(index + 1)
    }
    let learnt = zip(classes, sums).filter { $1.count != 0 }
    guard !learnt.isEmpty else { throw ImprintingError.noPictures }
    lesson.emptyClasses = zip(classes, sums).filter { $1.count == 0 }.map(\.0.name)
    let places = try await engine.train(named: learnt.map { ($0.name, $1) })
    lesson.classes = zip(learnt, places).map { learnt, place in
      .init(id: place.id, label: learnt.0.name, pictures: learnt.1.count ?? 0, isContinued: place.isContinued)
    }
    await engine.setResize(resize)
    return lesson
  }

  /// Classifies labelled pictures with what was learnt so far, as the saved file would, and compares.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt``, and as ``Classifier/evaluate(_:strict:isolation:progress:skipped:)``
  ///   does.
  public func evaluate(
    _ classes: [LabelledPictures.Class], strict: Bool = false, progress: (Int) -> Void = { _ in },
    skipped: (PictureError) -> Void = { _ in }
  ) async throws -> Evaluation {
    try await engine.classifier().evaluate(classes, strict: strict, progress: progress, skipped: skipped)
  }

  /// Where the labels of a model file go: beside it, under its name with the ending `.txt`.
  public static func labelFile(for model: URL) -> URL {
    model.deletingPathExtension().appendingPathExtension("txt")
  }

  /// Writes the model, and beside it its labels as `<id>  <label>` lines, in place of what stood there.
  ///
  /// - Returns: Where the label file is, ``labelFile(for:)``.
  /// - Throws: ``ImprintingError/nothingLearnt``, and ``TFLiteError`` when a file cannot be written, or when both would be
  ///   the same file.
  @discardableResult
  public func save(to file: URL) async throws -> URL {
    let labelFile = Self.labelFile(for: file)
    guard labelFile.path != file.path else {
      throw TFLiteError.cannotWrite(
        path: file.path, reason: "its labels would go into the same file; end it in .tflite")
    }
    let names = await engine.labels
    try await engine.save(to: file)
    try AtomicFile(labelFile).write(names.text)
    return labelFile
  }
}
