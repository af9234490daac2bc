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
/// let teacher = try Teacher(model: URL(filePath: "extractor.tflite"))
/// try await teacher.learn(LabelledPictures(folder: URL(filePath: "flowers")).classes)
/// try await teacher.save(to: URL(filePath: "flowers.tflite"))
/// ```
public actor Teacher {
  /// How pictures are brought to the model's size.
  public nonisolated let resize: Resize

  private let engine: ImprintingEngine
  // Labels of the base's classes that were given beside the file.
  private let baseLabels: Labels?
  private var areBaseLabelsSet = false

  /// Opens a base model.
  ///
  /// - Parameters:
  ///   - model: The model: one with the imprinting tail, or a bare embedding extractor.
  ///   - keepClasses: Whether the model's classes stay.
  ///   - labels: Names of the kept classes; by default those that the file carries.
  ///   - resize: How pictures are brought to the model's size.
  ///   - threads: How many threads to use; by default one a core.
  ///   - runtime: The runtime; by default one is opened.
  /// - Throws: As ``ImprintingEngine/init(model:keepClasses:threads:runtime:)`` does.
  public init(
    model: URL, keepClasses: Bool = false, labels: Labels? = nil, resize: Resize = .crop, threads: Int? = nil,
    runtime: Runtime? = nil
  ) throws {
    engine = try ImprintingEngine(model: model, keepClasses: keepClasses, threads: threads, runtime: runtime)
    baseLabels = labels
    self.resize = resize
  }

  /// The names of all classes that there are now.
  public var labels: Labels {
    get async throws {
      try await setBaseLabels()
      return await engine.labels
    }
  }

  /// How many classes there are now.
  public var classCount: Int { get async { await engine.classCount } }

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
    let known = try await labels
    for taught in classes {
      guard let id = known.id(of: taught.name) else { continue }
      guard await engine.isImprinted(id) else { throw ImprintingError.baseClass(id, name: taught.name) }
    }

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
    guard sums.contains(where: { $0.count != 0 }) else { throw ImprintingError.noPictures }

    for (taught, sum) in zip(classes, sums) {
      let pictures = sum.count ?? 0
      guard pictures > 0 else {
        lesson.emptyClasses.append(taught.name)
        continue
      }
      let continued = known.id(of: taught.name)
      let next = await engine.classCount
      let id = continued ?? next
      try await engine.train(sum, classID: id)
      try await engine.setName(taught.name, of: id)
      lesson.classes.append(
        .init(id: id, label: taught.name, pictures: pictures, isContinued: continued != nil))
    }
    await engine.setResize(resize)
    return lesson
  }

  /// Classifies labelled pictures with what was learnt so far, as the saved file would, and compares.
  ///
  /// - Throws: ``ImprintingError/nothingLearnt``, and as ``Classifier/evaluate(_:strict:progress:skipped:)`` does.
  public func evaluate(
    _ classes: [LabelledPictures.Class], strict: Bool = false, progress: (Int) -> Void = { _ in },
    skipped: (PictureError) -> Void = { _ in }
  ) async throws -> Evaluation {
    try await setBaseLabels()
    return try await engine.classifier().evaluate(classes, strict: strict, progress: progress, skipped: skipped)
  }

  /// Writes the model, and beside it its labels as `<id>  <label>` lines in a file of the same name ending in `.txt`.
  ///
  /// - Returns: Where the label file is.
  /// - Throws: ``ImprintingError/nothingLearnt``, and ``TFLiteError`` when a file cannot be written.
  @discardableResult
  public func save(to file: URL) async throws -> URL {
    let names = try await labels
    try await engine.save(to: file)
    let labelFile = file.deletingPathExtension().appendingPathExtension("txt")
    try AtomicFile(labelFile).write(names.text)
    return labelFile
  }

  private func setBaseLabels() async throws {
    guard !areBaseLabelsSet else { return }
    areBaseLabelsSet = true
    guard let baseLabels else { return }
    let count = await engine.classCount
    for (id, name) in baseLabels.names where id < count && id >= 0 {
      try await engine.setName(name, of: id)
    }
  }
}
