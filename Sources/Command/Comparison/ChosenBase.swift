import Heads
import Imprinting
import Inference
import Pictures
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The base model that `--model auto` takes: the one with the best leave-one-out accuracy on the pictures, among those that
/// 'imprint model fetch' made, within limits of time and size.
struct ChosenBase {
  /// The word for which the choice is made.
  static let word = "auto"

  let pictures: LabelledPictures
  let method: any HeadMethod
  let resize: Resize?
  let cache: EmbeddingCache?
  let execution: Execution
  /// The greatest time for a picture in milliseconds, and the greatest size of a file in megabytes.
  let mostMilliseconds, mostMegabytes: Double?

  /// The models that are tried: all `.tflite` files in the folder of the default model, that model first.
  static func candidates(beside standard: URL = DefaultModel.location) -> [URL] {
    let folder = standard.deletingLastPathComponent()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let others = names.filter { $0.hasSuffix(".tflite") && $0 != standard.lastPathComponent }.sorted()
    return ([standard] + others.map { folder.appending(path: $0) })
      .filter { FileManager.default.fileExists(atPath: $0.path) }
  }

  /// Returns the best model, and tells of what each is capable.
  ///
  /// - Throws: ``UsageError`` where no model is within the limits, and the errors of ``BaseTrial/figures(of:)``.
  func url() async throws -> URL {
    let candidates = Self.candidates()
    guard !candidates.isEmpty else { throw DefaultModelError.missing(path: DefaultModel.location.path) }
    let trial = BaseTrial(
      pictures: pictures, method: method, resize: resize, episodes: nil, cache: cache, execution: execution)
    var best: ModelFigures?
    for file in candidates {
      let figures: ModelFigures
      do {
        figures = try await trial.figures(of: file)
      } catch let error as LocatedError {
        Terminal.warn(error)
        continue
      }
      let milliseconds = 1000 * (figures.secondsPerPicture ?? 0)
      let megabytes = Double(figures.bytes) / 1e6
      let isWithin = milliseconds <= mostMilliseconds ?? .infinity && megabytes <= mostMegabytes ?? .infinity
      Terminal.note(
        "\(file.lastPathComponent): leave-one-out accuracy \(Table.percent(figures.accuracy)), "
          + "\(Decimals.string(milliseconds, places: 1)) ms a picture, \(Table.megabytes(figures.bytes))"
          + (isWithin ? "" : ", beyond the limit"))
      // Of equal ones the default model, which comes first.
      if isWithin, figures.accuracy > best?.accuracy ?? -1 { best = figures }
    }
    guard let best else {
      throw UsageError(
        "no base model is within the limits of --most-ms and --most-mb",
        remedy: "raise a limit, or make a smaller model with 'imprint model fetch'")
    }
    return best.file
  }
}
