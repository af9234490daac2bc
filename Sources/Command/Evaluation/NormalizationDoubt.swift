import Heads
import Imprinting
import ModelSurgery
import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The doubt that a float model without metadata gets its pictures in the range that it was trained on.
struct NormalizationDoubt {
  /// A normalisation, and the number of pictures that the model then names right.
  private struct Attempt {
    let normalization: PictureNormalization
    let correct: Int
  }

  private let assumed, better: Attempt
  private let count: Int

  /// Tries the usual normalisations on a sample of the pictures.
  ///
  /// - Returns: Nil where the file or the user states the normalisation, or no other one names clearly more pictures right.
  /// - Complexity: Up to five inferences for each of ``sample`` pictures.
  init?(
    of classifier: Classifier, model: URL, pictures: [LabelledPictures.Class], execution: Execution
  ) async throws {
    guard classifier.input.isNormalizationAssumed else { return nil }
    let share = max(1, pictures.reduce(0) { $0 + $1.pictures.count } / Self.sample)
    let some = pictures.map { known in
      LabelledPictures.Class(
        name: known.name, pictures: stride(from: 0, to: known.pictures.count, by: share).map { known.pictures[$0] })
    }
    var attempts: [Attempt] = []
    var count = 0
    for normalization in PictureNormalization.common {
      var execution = execution
      execution.normalization = normalization
      let other = try Classifier(
        contentsOf: model, labels: classifier.labels, resize: classifier.resize, unknown: .never, execution: execution)
      let evaluation = try await other.evaluate(some)
      count = evaluation.count
      let correct = Int((evaluation.accuracy(top: 1) * Double(count)).rounded())
      attempts.append(Attempt(normalization: normalization, correct: correct))
    }
    guard let assumed = attempts.first(where: { $0.normalization == .symmetric }),
      let best = attempts.max(by: { $0.correct < $1.correct })
    else { return nil }
    // The standard deviation of the difference of two counts is at most √count.
    guard Double(best.correct - assumed.correct) > 2 * Double(count).squareRoot() else { return nil }
    (self.assumed, better, self.count) = (assumed, best, count)
  }

  // Few enough to take a moment, and enough to tell a wrong range from a right one.
  private static let sample = 100

  /// The doubt, and the options that end it.
  var text: String {
    let options = "--mean \(Self.words(better.normalization.mean)) --std \(Self.words(better.normalization.deviation))"
    return
      "the file does not state the range of its input: with \(assumed.normalization.formula), which is assumed, it names "
      + "\(assumed.correct) of \(count) pictures right, with \(options) \(better.correct)"
  }

  private static func words(_ numbers: [Float]) -> String {
    numbers.map { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" }.joined(separator: ",")
  }
}
