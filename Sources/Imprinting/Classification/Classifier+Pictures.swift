public import Heads
public import Inference
import LiteRT
import ModelSurgery
public import Pictures
public import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

extension Classifier {
  /// Classifies a picture file.
  ///
  /// - Parameters:
  ///   - picture: The file.
  ///   - threshold: The least score of a returned class; by default there is no threshold.
  ///   - topK: The greatest number of classes to return.
  /// - Returns: The classes with a score of at least `threshold`, best first, the lower id first among equal scores; or that
  ///   the picture is unknown.
  /// - Throws: `PictureError` when the file cannot be read, `EvaluationError/badTopK(_:)`, `LiteRTError`.
  public func classify(_ picture: URL, threshold: Float = -.infinity, topK: Int = 3) async throws -> Answer {
    try await classify(.files([picture]), threshold: threshold, topK: topK)
  }

  /// Classifies a picture in memory, raw pixels of any size, such as a frame of a camera.
  ///
  /// - Parameters: As for picture files.
  /// - Throws: As ``classify(_:threshold:topK:)-(URL,_,_)`` does.
  public func classify(_ picture: PixelBuffer, threshold: Float = -.infinity, topK: Int = 3) async throws -> Answer {
    try await classify(.pixels([picture]), threshold: threshold, topK: topK)
  }

  /// Classifies the bytes of a picture file, such as a JPEG that came over a network.
  ///
  /// - Parameters: As for picture files.
  /// - Throws: As ``classify(_:threshold:topK:)-(URL,_,_)`` does.
  public func classify(encoded bytes: Bytes, threshold: Float = -.infinity, topK: Int = 3) async throws -> Answer {
    try await classify(.items([PictureItem(name: "the picture", .encoded(bytes))]), threshold: threshold, topK: topK)
  }

  /// Classifies a picture in memory that has the size of the model's input, in one view.
  ///
  /// - Parameters: As for picture files.
  /// - Throws: `InferenceError/wrongPictureSize(width:height:expectedWidth:expectedHeight:)`, and as
  ///   ``classify(_:threshold:topK:)-(URL,_,_)`` does.
  public func classify(_ picture: PixelTensor, threshold: Float = -.infinity, topK: Int = 3) async throws -> Answer {
    let reader = try ViewReader(width: input.width, height: input.height, resize: resize)
    return try await classify(.tensors([picture]), reader: reader, threshold: threshold, topK: topK)
  }

  /// Classifies the only picture of a source on the caller's thread, which saves a short program the start of others.
  ///
  /// - Parameters: As for picture files.
  /// - Returns: The answer, or the error if the picture cannot be read.
  /// - Throws: `EvaluationError/badTopK(_:)`, `LiteRTError`.
  package func classifyHere(
    _ picture: PictureSource, threshold: Float, topK: Int
  ) throws -> Result<Answer, PictureError> {
    guard topK > 0 else { throw EvaluationError.badTopK(topK) }
    let views = try runner.runHere(picture, by: reader) { [output = runner.output] in output.values($0) }
    return views.map { answer(Self.mean($0), threshold: threshold, topK: topK) }
  }

  /// Classifies an input tensor whose elements have the type of the model file's input.
  ///
  /// - Parameters: As for picture files.
  /// - Throws: `InferenceError/wrongTensorSize(bytes:expected:)`, `EvaluationError/badTopK(_:)`, `LiteRTError`.
  public func classify(
    tensor: UnsafeRawBufferPointer, threshold: Float = -.infinity, topK: Int = 3
  ) throws -> Answer {
    guard topK > 0 else { throw EvaluationError.badTopK(topK) }
    return answer(try runner.run(tensor: tensor), threshold: threshold, topK: topK)
  }

  private func classify(
    _ picture: PictureSource, reader: ViewReader? = nil, threshold: Float, topK: Int
  ) async throws -> Answer {
    guard topK > 0 else { throw EvaluationError.badTopK(topK) }
    var outputs: [Float] = []
    try await run(picture, reader: reader, profile: nil) { _, result in outputs = try result.get() }
    return answer(outputs, threshold: threshold, topK: topK)
  }

  /// Classifies many picture files, on all cores.
  ///
  /// - Parameters:
  ///   - pictures: The files.
  ///   - threshold: The least score of a returned class; by default there is no threshold.
  ///   - topK: The greatest number of classes in an answer.
  ///   - profile: Records the time of each step; the time of `deliver` counts as answering.
  ///   - deliver: Called in order with each picture's index and its answer, or the error if it cannot be read.
  /// - Throws: `EvaluationError/badTopK(_:)`, `LiteRTError`, the errors of `deliver`, and `CancellationError`.
  public func answers(
    _ pictures: [URL], threshold: Float = -.infinity, topK: Int = 3, profile: Profile? = nil,
    isolation: isolated (any Actor)? = #isolation, deliver: (Int, Result<Answer, PictureError>) throws -> Void
  ) async throws {
    try await answers(.files(pictures), threshold: threshold, topK: topK, profile: profile, deliver: deliver)
  }

  /// Classifies many pictures in memory, raw pixels of any size, on all cores.
  ///
  /// - Parameters: As for picture files.
  /// - Throws: As for picture files.
  public func answers(
    _ pictures: [PixelBuffer], threshold: Float = -.infinity, topK: Int = 3, profile: Profile? = nil,
    isolation: isolated (any Actor)? = #isolation, deliver: (Int, Result<Answer, PictureError>) throws -> Void
  ) async throws {
    try await answers(.pixels(pictures), threshold: threshold, topK: topK, profile: profile, deliver: deliver)
  }

  /// Classifies many pictures; see ``answers(_:threshold:topK:profile:isolation:deliver:)-([URL],_,_,_,_,_)``.
  package func answers(
    _ pictures: PictureSource, threshold: Float, topK: Int, profile: Profile?,
    isolation: isolated (any Actor)? = #isolation, deliver: (Int, Result<Answer, PictureError>) throws -> Void
  ) async throws {
    guard topK > 0 else { throw EvaluationError.badTopK(topK) }
    try await run(pictures, profile: profile) { index, result in
      try deliver(index, result.map { answer($0, threshold: threshold, topK: topK) })
    }
  }

  /// Returns the answers for many picture files as a sequence, in the order of the files.
  ///
  /// ```swift
  /// for try await (index, answer) in classifier.answers(files) { print(files[index].path, try answer.get()) }
  /// ```
  ///
  /// - Parameters:
  ///   - pictures: The files.
  ///   - threshold: The least score of a returned class; by default there is no threshold.
  ///   - topK: The greatest number of classes in an answer, at least 1.
  ///   - profile: Records the time of each step.
  public func answers(
    _ pictures: [URL], threshold: Float = -.infinity, topK: Int = 3, profile: Profile? = nil
  ) -> PictureResults<Answer> {
    answers(.files(pictures), threshold: threshold, topK: topK, profile: profile)
  }

  /// Returns the answers for many pictures in memory, raw pixels of any size, as a sequence, in the order of the pictures.
  ///
  /// - Parameters: As for picture files.
  public func answers(
    _ pictures: [PixelBuffer], threshold: Float = -.infinity, topK: Int = 3, profile: Profile? = nil
  ) -> PictureResults<Answer> {
    answers(.pixels(pictures), threshold: threshold, topK: topK, profile: profile)
  }

  private func answers(
    _ pictures: PictureSource, threshold: Float, topK: Int, profile: Profile?
  ) -> PictureResults<Answer> {
    runner.results(
      pictures, by: reader, profile: profile,
      check: { guard topK > 0 else { throw EvaluationError.badTopK(topK) } },
      read: { [output = runner.output] in output.values($0) },
      map: { [self] in answer(Self.mean($1), threshold: threshold, topK: topK) })
  }

  /// Computes the scores of many picture files, one for each class, on all cores, whether or not the pictures are unknown.
  ///
  /// - Parameters:
  ///   - pictures: The files.
  ///   - profile: Records the time of each step; the time of `deliver` counts as answering.
  ///   - deliver: Called in order with each picture's index and its scores, or the error if it cannot be read.
  /// - Throws: `LiteRTError`, the errors of `deliver`, and `CancellationError`.
  public func scores(
    _ pictures: [URL], profile: Profile? = nil, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<[Float], PictureError>) throws -> Void
  ) async throws {
    try await scores(.files(pictures), profile: profile, deliver: deliver)
  }

  /// Computes the scores of many pictures; see ``scores(_:profile:isolation:deliver:)``.
  package func scores(
    _ pictures: PictureSource, profile: Profile?, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<[Float], PictureError>) throws -> Void
  ) async throws {
    let count = classCount
    try await run(pictures, profile: profile) { index, result in
      try deliver(index, result.map { Array($0.prefix(count)) })
    }
  }

  /// Classifies labelled pictures and compares the predicted classes with the labels.
  ///
  /// - Parameters:
  ///   - classes: The classes with their pictures; their names must be among the classifier's labels. Where these have no class
  ///     `unknown`, the pictures of such a class are strangers, which should be called unknown.
  ///   - strict: Whether to throw for a picture that cannot be read; otherwise the picture is left out.
  ///   - cache: A cache of embeddings, for classifiers whose last layers compute in floats, as those that imprint teaches: the
  ///     network runs only on pictures that are not in it. The scores are the same.
  ///   - profile: Records the time of each step.
  ///   - progress: Called after each picture with the number of pictures done.
  ///   - skipped: Called with each picture that cannot be read.
  /// - Throws: `EvaluationError/unknownClasses(_:known:)`, `PictureError` if strict, `LiteRTError`, and
  ///   `CancellationError`.
  public func evaluate(
    _ classes: [LabelledPictures.Class], strict: Bool = false, cache: EmbeddingCache? = nil, profile: Profile? = nil,
    isolation: isolated (any Actor)? = #isolation, progress: (Int) -> Void = { _ in },
    skipped: (PictureError) -> Void = { _ in }
  ) async throws -> Evaluation {
    try await evaluate(
      classes, strict: strict, cache: cache, extractor: nil, profile: profile, progress: progress, skipped: skipped)
  }

  /// Classifies labelled pictures; see ``evaluate(_:strict:cache:profile:isolation:progress:skipped:)``.
  ///
  /// - Parameter extractor: The model's own network, with one view of each picture; by default it is opened if it is needed.
  func evaluate(
    _ classes: [LabelledPictures.Class], strict: Bool, cache: EmbeddingCache?, extractor: Extractor?, profile: Profile?,
    isolation: isolated (any Actor)? = #isolation, progress: (Int) -> Void, skipped: (PictureError) -> Void
  ) async throws -> Evaluation {
    var unknown: [String] = []
    var list: [(id: Int?, picture: URL)] = []
    for known in classes {
      if let id = labels.id(of: known.name), id < classCount {
        list += known.pictures.map { (id, $0) }
      } else if known.name == Classification.unknown.label {
        list += known.pictures.map { (nil, $0) }
      } else {
        unknown.append(known.name)
      }
    }
    guard unknown.isEmpty else { throw EvaluationError.unknownClasses(unknown, known: classCount) }
    var evaluation = Evaluation(labels: labels)
    let count = classCount
    try await outputs(list.map(\.picture), cache: cache, extractor: extractor, profile: profile) { index, result in
      switch result {
      case .success(let outputs):
        let (path, scores) = (list[index].picture.relativePath, Array(outputs.prefix(count)))
        let answer = answer(outputs, threshold: -.infinity, topK: 1)
        if let id = list[index].id {
          try evaluation.add(
            picture: path, classID: id, scores: scores, noveltyScore: answer.noveltyScore, isUnknown: answer.isUnknown)
        } else {
          try evaluation.add(
            stranger: path, scores: scores, noveltyScore: answer.noveltyScore, isUnknown: answer.isUnknown)
        }
      case .failure(let error):
        if strict { throw error }
        skipped(error)
      }
      progress(index + 1)
    }
    return evaluation
  }

  /// Computes the outputs of picture files, from cached embeddings where that is possible.
  private func outputs(
    _ pictures: [URL], cache: EmbeddingCache?, extractor: Extractor?, profile: Profile?,
    isolation: isolated (any Actor)? = #isolation, deliver: (Int, Result<[Float], PictureError>) throws -> Void
  ) async throws {
    guard let cache, testTimeAugmentation == .off, pictures.count > 0,
      let runtime = try? execution.runtime ?? Runtime(), let tail = ModelTail(of: model.running, runtime: runtime),
      let extractor = extractor
        ?? (try? Extractor(model: model.opened, resize: resize, execution: execution))
    else { return try await run(.files(pictures), profile: profile, deliver: deliver) }
    try await cache.embed(pictures, by: extractor, profile: profile) { index, result in
      switch result {
      case .success(let picture):
        let outputs = try profile.measure(.answering) { try tail.outputs(of: picture.embeddings) }
        try deliver(index, .success(outputs))
      case .failure(let error): try deliver(index, .failure(error))
      }
    }
  }

  /// Runs the model on pictures. The outputs are means over the views: the scores, followed by u if there is an unknown rule.
  private func run(
    _ pictures: PictureSource, reader: ViewReader? = nil, profile: Profile?,
    isolation: isolated (any Actor)? = #isolation, deliver: (Int, Result<[Float], PictureError>) throws -> Void
  ) async throws {
    try await runner.run(
      pictures, by: reader ?? self.reader, profile: profile,
      read: { [output = runner.output] in output.values($0) },
      deliver: { index, result in
        try profile.measure(.answering) { try deliver(index, result.map(Self.mean)) }
      })
  }

  /// Returns the mean of vectors of equal length, element by element.
  private static func mean(_ vectors: [[Float]]) -> [Float] {
    guard let first = vectors.first, vectors.count > 1 else { return vectors.first ?? [] }
    let sums = vectors.dropFirst().reduce(into: first) { sums, vector in
      for (index, value) in vector.enumerated() { sums[index] += value }
    }
    return sums.map { $0 / Float(vectors.count) }
  }

  /// Returns the answer for the outputs of a picture's views.
  func answer(views: [[Float]], topK: Int) -> Answer {
    answer(Self.mean(views), threshold: -.infinity, topK: topK)
  }

  private func answer(_ outputs: [Float], threshold: Float, topK: Int) -> Answer {
    let scores = Array(outputs.prefix(classCount))
    let noveltyScore = unknownRule == nil ? nil : outputs.last
    let ids = (try? Ranking.best(scores, threshold: threshold, topK: topK)) ?? []
    var isNovel = false
    if let unknownRule, let noveltyScore {
      let best =
        unknownRule.smallClasses.isEmpty ? nil : (try? Ranking.best(scores, threshold: -.infinity, topK: 1))?.first
      isNovel = unknownRule.isUnknown(noveltyScore, best: best)
    }
    let isNone = unknown != .never && ids.first.map { Labels.meansNone(labels[$0]) } == true
    return Answer(
      isUnknown: isNovel || isNone,
      classes: ids.map { Classification(id: $0, label: labels[$0], score: scores[$0]) }, noveltyScore: noveltyScore)
  }
}
