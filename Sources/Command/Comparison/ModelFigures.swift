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

/// How a model does on pictures whose classes are known.
struct ModelFigures {
  /// The model's file.
  let file: URL
  /// The predictions of the best class, and their scores.
  let evaluation: Evaluation
  /// The accuracies in episodes, all models in the same draws; empty without episodes.
  var draws: [Double] = []
  /// The mean time in seconds to read a picture and run the network on it, on all cores; nil where it was not measured.
  let secondsPerPicture: Double?
  /// The size of the file in bytes.
  let bytes: Int

  /// The balanced accuracy.
  var accuracy: Double { evaluation.balancedAccuracy }

  /// Compares another model with this one on the pictures that both could read.
  func comparison(with other: ModelFigures) -> PairedComparison? { evaluation.comparison(with: other.evaluation) }
}

extension Evaluation {
  /// Compares another evaluation with this one on the pictures that both have. The numbers of a class may differ between them,
  /// its name does not.
  func comparison(with other: Evaluation) -> PairedComparison? {
    var mine: [String: Judgement] = [:]
    for judged in judgements { mine[judged.picture] = judged }
    var places: [String: Int] = [:]
    return PairedComparison(
      other.judgements.compactMap { judged in
        guard let id = judged.classID, let first = mine[judged.picture], let firstID = first.classID else { return nil }
        let name = other.labels[id]
        guard labels[firstID] == name else { return nil }
        let place = places[name] ?? places.count
        places[name] = place
        return .init(label: place, isFirstRight: first.rank == 0, isOtherRight: judged.rank == 0)
      })
  }
}

/// Measures base models by leave-one-out, and by few-shot episodes, on the same pictures.
struct BaseTrial {
  let pictures: LabelledPictures
  let method: any HeadMethod
  let resize: Resize?
  let episodes: Episodes?
  let cache: EmbeddingCache?
  let execution: Execution

  /// The pictures on which the time is measured.
  private static let timed = 32

  /// Returns the figures of a base model.
  ///
  /// - Throws: The errors of `Extractor`, ``UsageError`` where leave-one-out is not possible.
  func figures(of file: URL) async throws -> ModelFigures {
    let extractor = try LocatedError.naming(file) { try Extractor(model: file, resize: resize, execution: execution) }
    let list = pictures.classes.flatMap { known in known.pictures.map { (known.name, $0) } }
    let seconds = try await Self.secondsPerPicture(list.map(\.1)) { try await extractor.embed($0) { _, _ in } }
    var set = EmbeddingSet(space: extractor.space, budget: .max)
    let progress = Progress(total: list.count)
    defer { progress.finish() }
    let add = { (index: Int, result: Result<EmbeddedPicture, PictureError>) throws in
      if case .success(let picture) = result { try set.add(picture, to: list[index].0) }
      progress.update(index + 1)
    }
    if let cache {
      try await cache.embed(list.map(\.1), by: extractor, deliver: add)
    } else {
      try await extractor.embed(list.map(\.1), deliver: add)
    }
    progress.finish()
    guard let validation = try method.solve(set).leaveOneOut, validation.classes.count > 1 else {
      throw UsageError(
        "the models cannot be compared by leave-one-out",
        remedy: "it needs two classes with two or more pictures each, and a --head that supports it")
    }
    var draws: [Double] = []
    if let episodes {
      draws = try await episodes.run(set, methods: [method]).rows.last?.accuracies ?? []
    }
    return ModelFigures(
      file: file, evaluation: try Evaluation(validation), draws: draws, secondsPerPicture: seconds,
      bytes: try Bytes(mapping: file).count)
  }

  /// Returns the mean time for a picture, of a sample that is spread over all of them.
  static func secondsPerPicture(_ pictures: [URL], run: ([URL]) async throws -> Void) async throws -> Double? {
    guard let first = pictures.first else { return nil }
    let step = max(1, pictures.count / timed)
    let sample = stride(from: 0, to: pictures.count, by: step).prefix(timed).map { pictures[$0] }
    // The first run prepares the network.
    try await run([first])
    let start = ContinuousClock.now
    try await run(sample)
    return (ContinuousClock.now - start) / .seconds(1) / Double(sample.count)
  }
}
