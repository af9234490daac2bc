import Heads
public import LiteRT
public import ModelSurgery
public import Pictures
import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

extension Adaptation {
  /// Measures the mean length of the model's features and its mean greatest logit on typical pictures.
  ///
  /// The base runs once per picture; the greatest logit of a picture with the features f is max (W f + b).
  ///
  /// - Parameters:
  ///   - pictures: The files of typical pictures; a few dozen are enough.
  ///   - resize: How pictures are resized to the model's input.
  ///   - threads: The number of threads; by default one per core.
  ///   - runtime: The runtime; by default one is opened.
  ///   - trial: Tries models with unusual operators; see ``Execution/trial``.
  ///   - skipped: Called with the error of each file that cannot be read.
  /// - Returns: The calibration, or nil for a bare extractor, which needs none.
  /// - Throws: ``InferenceError/noPictures`` when no file can be read, ``InferenceError/needsEdgeTPU(operators:reason:)``,
  ///   `SurgeryError`, `LiteRTError`, and `CancellationError`.
  /// - Complexity: One inference of the base and O(N D) per picture.
  public func calibration(
    pictures: [URL], resize: Resize = .crop, threads: Int? = nil, runtime: Runtime? = nil,
    trial: Execution.ModelTrial? = nil, isolation: isolated (any Actor)? = #isolation,
    skipped: (PictureError) -> Void = { _ in }
  ) async throws -> HeadCalibration? {
    guard let head else { return nil }
    let runner = try ModelRunner(
      model: extractor, execution: Execution(threads: threads, arithmetic: .exact, runtime: runtime, trial: trial))
    let reader = try ViewReader(width: runner.input.width, height: runner.input.height, resize: resize)
    var lengths: Double = 0
    var logits: Double = 0
    var count = 0.0
    try await runner.run(
      .files(pictures), by: reader,
      read: { [output = runner.output] bytes -> (length: Float, logit: Float) in
        let features = output.values(bytes)
        return (features.reduce(0) { $0 + $1 * $1 }.squareRoot(), head.greatestLogit(of: features))
      },
      deliver: { _, result in
        switch result {
        case .success(let views):
          for (length, logit) in views {
            lengths += Double(length)
            logits += Double(logit)
            count += 1
          }
        case .failure(let error): skipped(error)
        }
      })
    guard count > 0 else { throw InferenceError.noPictures }
    return try HeadCalibration(featureNorm: Float(lengths / count), topLogit: Float(logits / count))
  }
}

extension ClassifierHead {
  fileprivate func greatestLogit(of features: [Float]) -> Float {
    guard features.count == dimension else { return .nan }
    return weights.withUnsafeBufferPointer { weights in
      features.withUnsafeBufferPointer { features in
        var greatest = -Float.infinity
        for row in 0..<classCount {
          var sum = biases[row]
          for column in 0..<dimension { sum += weights[row * dimension + column] * features[column] }
          greatest = max(greatest, sum)
        }
        return greatest
      }
    }
  }
}
