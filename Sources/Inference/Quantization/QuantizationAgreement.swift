import Heads
public import LiteRT
import ModelSurgery
public import Pictures
public import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// The agreement of a quantised model with the float model from which it was made.
public struct QuantizationAgreement: Sendable, Hashable {
  /// The number of pictures on which both models were run.
  public let pictures: Int
  /// The share of pictures for which both outputs have their greatest element at the same index.
  public let sameAnswer: Double
  /// The mean cosine between both models' embeddings: the input of a classifier's head, or the output of a bare extractor.
  public let cosine: Double

  /// Runs both models on pictures and compares their outputs.
  ///
  /// - Parameters:
  ///   - float: The float model.
  ///   - quantized: The quantised model.
  ///   - pictures: The picture files. Files that cannot be read are left out.
  ///   - resize: How pictures are resized to the models' input.
  ///   - threads: The number of threads; by default one per core.
  ///   - runtime: The runtime; by default one is opened.
  ///   - trial: Tries models with unusual operators; see ``Execution/trial``.
  /// - Throws: ``InferenceError/noPictures`` when no file can be read, ``InferenceError``, `SurgeryError`,
  ///   `LiteRTError`, and `CancellationError`.
  public init(
    of float: Model, and quantized: Model, pictures: [URL], resize: Resize = .crop, threads: Int? = nil,
    runtime: Runtime? = nil, trial: Execution.ModelTrial? = nil, isolation: isolated (any Actor)? = #isolation
  ) async throws {
    let runtime = try runtime ?? Runtime()
    func vectors(_ model: Model) async throws -> [[Float]?] {
      let runner = try ModelRunner(
        model: model, execution: Execution(threads: threads, arithmetic: .exact, runtime: runtime, trial: trial))
      let reader = try ViewReader(width: runner.input.width, height: runner.input.height, resize: resize)
      var vectors: [[Float]?] = []
      try await runner.run(
        .files(pictures), by: reader,
        read: { [output = runner.output] in output.values($0) },
        deliver: { _, result in vectors.append((try? result.get())?.first) })
      return vectors
    }
    let answers = zip(try await vectors(float), try await vectors(quantized)).map { ($0, $1) }
    let embeddings = [float, quantized].map { model in
      (try? model.embedding()).map { model.cut(at: $0) } ?? model
    }
    let features = zip(try await vectors(embeddings[0]), try await vectors(embeddings[1])).map { ($0, $1) }
    var same = 0
    var count = 0
    for case (let one?, let other?) in answers {
      count += 1
      if Self.greatest(one) == Self.greatest(other) { same += 1 }
    }
    guard count > 0 else { throw InferenceError.noPictures }
    var cosines = 0.0
    for case (let one?, let other?) in features { cosines += Self.cosine(one, other) }
    self.pictures = count
    sameAnswer = Double(same) / Double(count)
    cosine = cosines / Double(count)
  }

  private static func greatest(_ vector: [Float]) -> Int? { vector.indices.max { vector[$0] < vector[$1] } }

  private static func cosine(_ one: [Float], _ other: [Float]) -> Double {
    var (product, left, right) = (0.0, 0.0, 0.0)
    for (a, b) in zip(one, other) {
      product += Double(a) * Double(b)
      left += Double(a) * Double(a)
      right += Double(b) * Double(b)
    }
    return left > 0 && right > 0 ? product / (left * right).squareRoot() : left == right ? 1 : 0
  }
}
