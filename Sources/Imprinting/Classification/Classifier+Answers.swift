import Inference
import Heads
import LiteRT
import ModelSurgery
import Pictures
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Classifier {
  /// What a picture file shows, in the mean over its ``views``.
  ///
  /// - Parameters:
  ///   - picture: The file.
  ///   - threshold: The least score that counts; by default every score does.
  ///   - topK: How many classes to return at most.
  /// - Returns: Whether it is unknown, and classes with a score of at least `threshold`, best first; the lower id first
  ///   among equals.
  /// - Throws: ``PictureError`` when the file cannot be read, ``EvaluationError/badTopK(_:)``, ``LiteRTError``.
  public func answer(_ picture: URL, threshold: Float = -.infinity, topK: Int = 3) async throws -> Answer {
    var found = Answer(isUnknown: false, classes: [], familiarity: nil)
    try await answers([picture], threshold: threshold, topK: topK) { _, result in found = try result.get() }
    return found
  }

  /// What many picture files show, on all cores.
  ///
  /// - Parameters:
  ///   - pictures: The files.
  ///   - threshold: The least score that counts; by default every score does.
  ///   - topK: How many classes to hand over at most.
  ///   - profile: Is told where the time goes; that of `deliver` as answering.
  ///   - deliver: Takes a picture's number and its answer, or why it could not be read; called in order.
  /// - Throws: ``EvaluationError/badTopK(_:)``, ``LiteRTError``, what `deliver` throws, and `CancellationError`.
  public func answers(
    _ pictures: [URL], threshold: Float = -.infinity, topK: Int = 3, profile: Profile? = nil,
    isolation: isolated (any Actor)? = #isolation, deliver: (Int, Result<Answer, PictureError>) throws -> Void
  ) async throws {
    guard topK > 0 else { throw EvaluationError.badTopK(topK) }
    try await outputs(pictures, profile: profile) { index, result in
      try deliver(index, result.map { answer($0, threshold: threshold, topK: topK) })
    }
  }

  /// The best classes of a picture file; see ``answer(_:threshold:topK:)``.
  ///
  /// - Returns: The classes, none where the picture is unknown.
  public func classify(_ picture: URL, threshold: Float = -.infinity, topK: Int = 3) async throws -> [Classification] {
    try await answer(picture, threshold: threshold, topK: topK).known
  }

  /// The best classes of many picture files, none of those that are unknown; see
  /// ``answers(_:threshold:topK:profile:isolation:deliver:)``.
  public func classify(
    _ pictures: [URL], threshold: Float = -.infinity, topK: Int = 3, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<[Classification], PictureError>) throws -> Void
  ) async throws {
    try await answers(pictures, threshold: threshold, topK: topK) { index, result in
      try deliver(index, result.map(\.known))
    }
  }

  /// The best classes of a picture in memory, which must be of the size that the model takes and is looked at once;
  /// none where it is unknown.
  ///
  /// - Throws: ``InferenceError/wrongPictureSize(width:height:expectedWidth:expectedHeight:)``,
  ///   ``EvaluationError/badTopK(_:)``, ``LiteRTError``.
  public func classify(
    _ picture: PixelTensor, threshold: Float = -.infinity, topK: Int = 3
  ) async throws -> [Classification] {
    try input.check(picture)
    guard topK > 0 else { throw EvaluationError.badTopK(topK) }
    var found: [Classification] = []
    try await runner.run(
      count: 1, write: { _, bytes in picture.withUnsafeBytes { bytes.copyMemory(from: $0) } },
      read: { [output = runner.output] in output.values($0) },
      deliver: { _, result in found = answer(try result.get(), threshold: threshold, topK: topK).known })
    return found
  }

  /// The best classes of an input tensor's bytes, taken as they are; none where the picture is unknown.
  ///
  /// - Throws: ``InferenceError/wrongTensorSize(bytes:expected:)``, ``EvaluationError/badTopK(_:)``, ``LiteRTError``.
  public func classify(
    tensor: UnsafeRawBufferPointer, threshold: Float = -.infinity, topK: Int = 3
  ) throws -> [Classification] {
    guard topK > 0 else { throw EvaluationError.badTopK(topK) }
    return answer(try runner.run(tensor: tensor), threshold: threshold, topK: topK).known
  }

  /// All scores of many picture files, one a class, on all cores, whether they are unknown or not; see
  /// ``answers(_:threshold:topK:profile:isolation:deliver:)``.
  public func scores(
    _ pictures: [URL], profile: Profile? = nil, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<[Float], PictureError>) throws -> Void
  ) async throws {
    let count = classCount
    try await outputs(pictures, profile: profile) { index, result in
      try deliver(index, result.map { Array($0.prefix(count)) })
    }
  }

  /// What the model gives for many picture files, in the mean over their views: scores, and u behind them where there
  /// is a rule for it.
  private func outputs(
    _ pictures: [URL], profile: Profile?, isolation: isolated (any Actor)? = #isolation,
    deliver: (Int, Result<[Float], PictureError>) throws -> Void
  ) async throws {
    let timing = profile?.pictureTiming
    let read: @Sendable (UnsafeRawBufferPointer) -> [Float] = { [output = runner.output] in output.values($0) }
    if let pictureViews {
      try await runner.run(
        count: pictures.count, views: views.count, profile: profile,
        open: { index in try pictureViews.open(pictures[index], timing: timing) },
        write: { picture, view, bytes in
          profile.measure(.resizing) { pictureViews.write(view, of: picture, into: bytes) }
        },
        read: read,
        deliver: { index, result in
          try profile.measure(.answering) { try deliver(index, result.map(Self.mean)) }
        })
    } else {
      let reader = reader
      try await runner.run(
        count: pictures.count, profile: profile,
        write: { index, bytes in try reader.read(pictures[index], into: bytes, timing: timing) }, read: read,
        deliver: { index, result in try profile.measure(.answering) { try deliver(index, result) } })
    }
  }

  /// The mean of vectors of one length, element by element.
  private static func mean(_ vectors: [[Float]]) -> [Float] {
    guard let first = vectors.first else { return [] }
    let sums = vectors.dropFirst().reduce(into: first) { sums, vector in
      for (index, value) in vector.enumerated() { sums[index] += value }
    }
    return sums.map { $0 / Float(vectors.count) }
  }

  private func answer(_ outputs: [Float], threshold: Float, topK: Int) -> Answer {
    let scores = Array(outputs.prefix(classCount))
    let familiarity = unknownRule == nil ? nil : outputs.last
    // What is no number is not familiar.
    let isStrange = unknownRule.map { rule in familiarity.map { !($0 >= rule.threshold) } ?? false } ?? false
    let ids = (try? Ranking.best(scores, threshold: threshold, topK: topK)) ?? []
    let isNone = unknown != .never && ids.first.map { Labels.meansNone(labels[$0]) } == true
    return Answer(
      isUnknown: isStrange || isNone,
      classes: ids.map { Classification(id: $0, label: labels[$0], score: scores[$0]) }, familiarity: familiarity)
  }
}

extension Answer {
  /// The classes, none of a picture that is unknown.
  fileprivate var known: [Classification] { isUnknown ? [] : classes }
}
