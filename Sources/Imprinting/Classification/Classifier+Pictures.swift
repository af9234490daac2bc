public import Heads
public import Inference
import LiteRT
import ModelSurgery
public import Pictures
import TFLite

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
  ///   - threshold: The least score that counts; by default every score does.
  ///   - topK: The most classes to return.
  /// - Returns: The classes with a score of at least `threshold`, best first, the lower id first among equals; or that the
  ///   picture is unknown.
  /// - Throws: ``PictureError`` when the file cannot be read, ``EvaluationError/badTopK(_:)``, ``LiteRTError``.
  public func classify(_ picture: URL, threshold: Float = -.infinity, topK: Int = 3) async throws -> Answer {
    try await classify(.files([picture]), threshold: threshold, topK: topK)
  }

  /// Classifies a picture in memory, raw pixels of any size: a frame of a camera, for one.
  ///
  /// - Parameters: As for picture files.
  /// - Throws: As ``classify(_:threshold:topK:)-(URL,_,_)`` does.
  public func classify(_ picture: PixelBuffer, threshold: Float = -.infinity, topK: Int = 3) async throws -> Answer {
    try await classify(.pixels([picture]), threshold: threshold, topK: topK)
  }

  /// Classifies a picture in memory of the model's size, in one view.
  ///
  /// - Parameters: As for picture files.
  /// - Throws: ``InferenceError/wrongPictureSize(width:height:expectedWidth:expectedHeight:)``, and as
  ///   ``classify(_:threshold:topK:)-(URL,_,_)`` does.
  public func classify(_ picture: PixelTensor, threshold: Float = -.infinity, topK: Int = 3) async throws -> Answer {
    let reader = try ViewReader(width: input.width, height: input.height, resize: resize)
    return try await classify(.tensors([picture]), reader: reader, threshold: threshold, topK: topK)
  }

  /// Classifies an input tensor, its elements as the file has them.
  ///
  /// - Parameters: As for picture files.
  /// - Throws: ``InferenceError/wrongTensorSize(bytes:expected:)``, ``EvaluationError/badTopK(_:)``, ``LiteRTError``.
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
  ///   - threshold: The least score that counts; by default every score does.
  ///   - topK: The most classes of an answer.
  ///   - profile: Takes the times of the steps; that of `deliver` counts as answering.
  ///   - deliver: Takes a picture's place and its answer, or why it could not be read; called in order.
  /// - Throws: ``EvaluationError/badTopK(_:)``, ``LiteRTError``, what `deliver` throws, and `CancellationError`.
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

  private func answers(
    _ pictures: PictureSource, threshold: Float, topK: Int, profile: Profile?,
    isolation: isolated (any Actor)? = #isolation, deliver: (Int, Result<Answer, PictureError>) throws -> Void
  ) async throws {
    guard topK > 0 else { throw EvaluationError.badTopK(topK) }
    try await run(pictures, profile: profile) { index, result in
      try deliver(index, result.map { answer($0, threshold: threshold, topK: topK) })
    }
  }

  /// Returns the answers about many picture files as a sequence, in their order.
  ///
  /// ```swift
  /// for try await (index, answer) in classifier.answers(files) { print(files[index].path, try answer.get()) }
  /// ```
  ///
  /// - Parameters:
  ///   - pictures: The files.
  ///   - threshold: The least score that counts; by default every score does.
  ///   - topK: The most classes of an answer, at least 1.
  ///   - profile: Takes the times of the steps.
  public func answers(
    _ pictures: [URL], threshold: Float = -.infinity, topK: Int = 3, profile: Profile? = nil
  ) -> PictureResults<Answer> {
    answers(.files(pictures), threshold: threshold, topK: topK, profile: profile)
  }

  /// Returns the answers about many pictures in memory, raw pixels of any size, as a sequence, in their order.
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

  /// Computes all scores of many picture files, one for each class, on all cores, whether the pictures are unknown or not.
  ///
  /// - Parameters:
  ///   - pictures: The files.
  ///   - profile: Takes the times of the steps; that of `deliver` counts as answering.
  ///   - deliver: Takes a picture's place and its scores, or why it could not be read; called in order.
  /// - Throws: ``LiteRTError``, what `deliver` throws, and `CancellationError`.
  public func scores(
    _ pictures: [URL], profile: Profile? = nil, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<[Float], PictureError>) throws -> Void
  ) async throws {
    let count = classCount
    try await run(.files(pictures), profile: profile) { index, result in
      try deliver(index, result.map { Array($0.prefix(count)) })
    }
  }

  /// Classifies labelled pictures and compares.
  ///
  /// - Parameters:
  ///   - classes: The classes with their pictures; their names must be among the classifier's labels.
  ///   - strict: Whether a picture that cannot be read is an error; else it is left out.
  ///   - profile: Takes the times of the steps.
  ///   - progress: Called after each picture with the number done.
  ///   - skipped: Called with each picture that cannot be read.
  /// - Throws: ``EvaluationError/unknownClasses(_:known:)``, ``PictureError`` if strict, ``LiteRTError``, and
  ///   `CancellationError`.
  public func evaluate(
    _ classes: [LabelledPictures.Class], strict: Bool = false, profile: Profile? = nil,
    isolation: isolated (any Actor)? = #isolation, progress: (Int) -> Void = { _ in },
    skipped: (PictureError) -> Void = { _ in }
  ) async throws -> Evaluation {
    var unknown: [String] = []
    var list: [(id: Int, picture: URL)] = []
    for known in classes {
      if let id = labels.id(of: known.name), id < classCount {
        list += known.pictures.map { (id, $0) }
      } else {
        unknown.append(known.name)
      }
    }
    guard unknown.isEmpty else { throw EvaluationError.unknownClasses(unknown, known: classCount) }
    var evaluation = Evaluation(labels: labels)
    try await scores(list.map(\.picture), profile: profile) { index, result in
      switch result {
      case .success(let scores):
        try evaluation.add(picture: list[index].picture.relativePath, classID: list[index].id, scores: scores)
      case .failure(let error):
        if strict { throw error }
        skipped(error)
      }
      progress(index + 1)
    }
    return evaluation
  }

  /// Runs the model on pictures. The outputs are means over the views: scores, and behind them u where there is a rule.
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

  /// Returns the mean of vectors of one length, element by element.
  private static func mean(_ vectors: [[Float]]) -> [Float] {
    guard let first = vectors.first, vectors.count > 1 else { return vectors.first ?? [] }
    let sums = vectors.dropFirst().reduce(into: first) { sums, vector in
      for (index, value) in vector.enumerated() { sums[index] += value }
    }
    return sums.map { $0 / Float(vectors.count) }
  }

  private func answer(_ outputs: [Float], threshold: Float, topK: Int) -> Answer {
    let scores = Array(outputs.prefix(classCount))
    let noveltyScore = unknownRule == nil ? nil : outputs.last
    // A picture whose score is not a number is novel.
    let isNovel = unknownRule.map { rule in noveltyScore.map { !($0 >= rule.threshold) } ?? false } ?? false
    let ids = (try? Ranking.best(scores, threshold: threshold, topK: topK)) ?? []
    let isNone = unknown != .never && ids.first.map { Labels.meansNone(labels[$0]) } == true
    return Answer(
      isUnknown: isNovel || isNone,
      classes: ids.map { Classification(id: $0, label: labels[$0], score: scores[$0]) }, noveltyScore: noveltyScore)
  }
}
