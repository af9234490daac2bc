import Heads
import ModelSurgery
import Pictures
import TFLite
import Torch

/// Runs an experiment. It must be used on the thread that created it.
final class ExperimentRunner {
  private let experiment: Experiment
  private let data: ExperimentData
  private let checkpoint: Checkpoint
  private let session: TrainingSession
  private let threads: Int
  private let torch: Torch

  /// Creates a runner.
  ///
  /// - Throws: ``TrainingError``, ``TrainingDataError``, `TorchError`.
  init(
    _ experiment: Experiment, on data: TrainingData, base checkpoint: Checkpoint, threads: Int, torch: Torch
  ) throws {
    try experiment.check()
    try checkpoint.checkFinite()
    self.experiment = experiment
    self.checkpoint = checkpoint
    self.threads = threads
    self.torch = torch
    self.data = try ExperimentData(data, baseLabels: checkpoint.labels, testRatio: experiment.testRatio)
    session = try TrainingSession(
      checkpoint.settings, base: checkpoint.base(), classes: checkpoint.labels.count,
      weights: checkpoint.bestWeights, stepsPerEpoch: 1, torch: torch)
    session.restoreRanges(checkpoint)
  }

  func run(
    report: @Sendable (ExperimentEvent) -> Void, isolation: isolated (any Actor)
  ) async throws -> ExperimentResults {
    let pictures = try await embed(report: report, isolation: isolation)
    var draws: [ExperimentMethod: [Int: [Accuracies]]] = [:]
    let rounds = experiment.draws * experiment.shots.count
    for round in 0..<rounds {
      try Task.checkCancellation()
      let (draw, shots) = (round / experiment.shots.count, experiment.shots[round % experiment.shots.count])
      let places = data.drawing(shots: shots, draw: draw, seed: experiment.seed)
      for method in ExperimentMethod.allCases {
        let found = try await accuracies(of: method, places, pictures, draw: draw, isolation: isolation)
        draws[method, default: [:]][shots, default: []].append(found)
      }
      report(.round(done: round + 1, of: rounds))
    }
    let rows = ExperimentMethod.allCases.flatMap { method in
      experiment.shots.compactMap { shots in row(method, shots, draws[method]?[shots] ?? []) }
    }
    return ExperimentResults(
      experiment: experiment, baseLabels: data.baseLabels, newLabels: data.newLabels, testPictures: data.test.count,
      baseAccuracy: try baseAccuracy(pictures), rows: rows)
  }

  private func row(_ method: ExperimentMethod, _ shots: Int, _ draws: [Accuracies]) -> ExperimentResults.Row? {
    guard let new = Estimate(draws.map(\.new)), let all = Estimate(draws.map(\.all)) else { return nil }
    return ExperimentResults.Row(method: method, shots: shots, newClasses: new, allClasses: all)
  }

  /// The mean accuracies of the new classes and of all classes.
  private struct Accuracies {
    let new, all: Double
  }

  private func accuracies(_ scores: some Sequence<ArraySlice<Float>>) -> Accuracies {
    accuracies(of: NetworkEvaluation(scores, of: data.test))
  }

  private func accuracies(of evaluation: NetworkEvaluation) -> Accuracies {
    let recalls = data.labels.indices.map { evaluation.confusion.recall($0) }
    func mean(_ recalls: some Collection<Double?>) -> Double {
      let known = recalls.compactMap { $0 }
      return known.isEmpty ? 0 : known.reduce(0, +) / Double(known.count)
    }
    return Accuracies(new: mean(recalls.dropFirst(data.baseLabels.count)), all: mean(recalls))
  }

  private func baseAccuracy(_ pictures: ExperimentEmbeddings) throws -> Double {
    let scores = try torch.tensor(pictures.testDirections).linear(baseRows()).elements()
      .rows(of: data.baseLabels.count)
    let evaluation = NetworkEvaluation(scores, of: data.test)
    let count = data.test.examples.count { $0.label < data.baseLabels.count }
    return count == 0 ? 0 : Double(evaluation.correct) / Double(count)
  }

  // MARK: Embeddings

  private func embed(
    report: @Sendable (ExperimentEvent) -> Void, isolation: isolated (any Actor)
  ) async throws -> ExperimentEmbeddings {
    let new = data.training.with(data.newPlaces.map { data.training.examples[$0] })
    let all = data.training.count + data.test.count + Experiment.variations * new.count
    var done = 0
    func embed(_ batches: Batches, _ count: Int) async throws -> WeightTensor {
      try await session.embeddings(of: batches, count: count, isolation: isolation) { count in
        done += count
        report(.embedding(done: done, of: all))
      }
    }
    let training = try await embed(session.batches(evaluating: data.training, threads: threads), data.training.count)
    let test = try await embed(session.batches(evaluating: data.test, threads: threads), data.test.count)
    let loader = try BatchLoader(
      varying: new, augmentation: RandomAugmentation(crop: RandomCrop(area: 0.5...1), colours: nil),
      side: checkpoint.settings.side, batchSize: checkpoint.settings.batchSize, seed: experiment.seed, resize: .crop,
      threads: threads)
    let variations = Experiment.variations
    let varied = try await embed(loader.batches(epochs: 0..<variations), variations * new.count)
    let places = Dictionary(uniqueKeysWithValues: zip(data.newPlaces, new.examples.indices))
    return ExperimentEmbeddings(
      training: training, test: test, trainingDirections: try directions(of: training),
      testDirections: try directions(of: test), variedDirections: try directions(of: varied)
    ) { place in
      places[place].map { first in (0..<variations).map { first + $0 * new.count } } ?? []
    }
  }

  private func directions(of embeddings: WeightTensor) throws -> WeightTensor {
    try session.direction(ofEmbedding: torch.tensor(embeddings)).weights()
  }

  // MARK: Methods

  private func accuracies(
    of method: ExperimentMethod, _ places: [[Int]], _ pictures: ExperimentEmbeddings, draw: Int,
    isolation: isolated (any Actor)
  ) async throws -> Accuracies {
    switch method {
    case .imprinted, .varied:
      let rows = try rows(places, pictures, isVaried: method == .varied)
      let test = try torch.tensor(pictures.testDirections)
      return accuracies(try test.linear(rows).elements().rows(of: data.labels.count))
    case .analytic:
      let head = try analytic(places, pictures)
      return accuracies((0..<data.test.count).map { head.logits(of: pictures.testDirections.row($0))[...] })
    case .random, .fineTuned:
      let rows = try method == .random ? randomRows(draw) : rows(places, pictures, isVaried: false)
      return try await fineTuned(rows.weights(), places, pictures, draw: draw, isolation: isolation)
    }
  }

  /// Returns the normalised rows of the base's classes.
  private func baseRows() throws -> TorchTensor {
    try torch.withoutGradients { try session.network.tensor(Network.rowsName).normalized() }
  }

  /// Returns the normalised rows of the base's classes, followed by those of the new classes.
  private func rows(_ new: [Float]) throws -> TorchTensor {
    let rows = try baseRows()
    let dimension = rows.shape.last ?? 0
    return try torch.withoutGradients {
      try torch.tensor(rows.elements() + new, shape: [data.labels.count, dimension]).normalized()
    }
  }

  /// Returns the imprinted rows: the normalised sums of directions.
  private func rows(_ places: [[Int]], _ pictures: ExperimentEmbeddings, isVaried: Bool) throws -> TorchTensor {
    try rows(
      places.dropFirst(data.baseLabels.count).flatMap { own in
        var sum = [Float](repeating: 0, count: pictures.dimension)
        func add(_ row: [Float]) { for (index, element) in row.enumerated() { sum[index] += element } }
        for place in own {
          add(pictures.trainingDirections.row(place))
          guard isVaried else { continue }
          for variation in pictures.variations(place) { add(pictures.variedDirections.row(variation)) }
        }
        return sum
      })
  }

  private func randomRows(_ draw: Int) throws -> TorchTensor {
    let dimension = try session.network.tensor(Network.rowsName).shape.last ?? 0
    return try rows(
      SplitMix64.normalNumbers(
        data.newLabels.count * dimension, deviation: 1, seed: experiment.seed &+ UInt64(draw) &* 0x9E37_79B9))
  }

  private func analytic(_ places: [[Int]], _ pictures: ExperimentEmbeddings) throws -> LinearHead {
    let space = EmbeddingSpace(
      extractor: "a network in training", resize: "crop", augmentation: .off, arithmetic: .exact,
      dimension: pictures.dimension, element: .float32, zeroPoint: 0,
      isNonNegative: checkpoint.settings.head.projection == nil)
    var set = EmbeddingSet(space: space, budget: .max)
    for (label, own) in zip(data.labels, places) {
      for place in own {
        try set.add(
          EmbeddedPicture(name: "\(place)", embeddings: pictures.trainingDirections.rowBytes(place)), to: label)
      }
    }
    return try Analytic(findsNovelty: false).solve(set).head
  }

  /// Fine-tunes a network with the given rows on all classes equally, and evaluates it.
  private func fineTuned(
    _ rows: WeightTensor, _ places: [[Int]], _ pictures: ExperimentEmbeddings, draw: Int,
    isolation: isolated (any Actor)
  ) async throws -> Accuracies {
    let isHeadAlone = experiment.fineTuning.part == .head
    var settings = checkpoint.settings
    settings.epochs = experiment.fineTuning.epochs
    settings.rate = LearningRate(peak: experiment.fineTuning.rate)
    settings.isBaseFrozen = isHeadAlone
    settings.fakeQuantization = nil
    settings.averageDecay = nil
    settings.seed = experiment.seed &+ UInt64(draw)
    let weights = checkpoint.bestWeights
    let start = NamedWeights(
      weights.names.compactMap { name in
        (name == Network.rowsName ? rows : weights[name]).map { (name, $0) }
      })
    let balanced = ExperimentData.balanced(places)
    let pictured = data.training.with(balanced.map { data.training.examples[$0] })
    settings.batchSize = min(settings.batchSize, pictured.count)
    let loader = try BatchLoader(
      training: pictured, augmentation: settings.augmentation, side: settings.side, batchSize: settings.batchSize,
      seed: settings.seed, resize: .crop, threads: threads)
    let tuned = try TrainingSession(
      settings, base: checkpoint.base(), classes: data.labels.count, weights: start,
      stepsPerEpoch: loader.batchesPerEpoch, torch: torch)
    if !isHeadAlone, PretrainedWeights.isFolded(start) {
      try await tuned.measureStatistics(of: pictured, threads: threads, isolation: isolation)
    }
    var step = 0
    for epoch in 0..<settings.epochs {
      let order = loader.order(epoch: epoch).map { balanced[Int($0)] }
      let batches = isHeadAlone ? nil : loader.batches(epochs: epoch..<epoch + 1)
      for number in 0..<loader.batchesPerEpoch {
        let chosen = Array(order[number * settings.batchSize..<(number + 1) * settings.batchSize])
        let labels = chosen.map { data.training.examples[$0].label }
        let result: TrainingSession.StepResult
        if let batches {
          guard let batch = try await batches.next() else { break }
          result = try tuned.step(pictures: tuned.pictures(batch), labels: labels, at: step)
        } else {
          result = try tuned.step(embedding: torch.rows(chosen, of: pictures.training), labels: labels, at: step)
        }
        guard result.loss.isFinite else {
          throw TrainingError.diverged(step: step + 1, epoch: epoch + 1, rate: result.rate, kept: nil)
        }
        step += 1
      }
    }
    guard isHeadAlone else {
      return accuracies(of: try await tuned.evaluate(data.test, threads: threads, isolation: isolation))
    }
    return accuracies(try tuned.logits(ofEmbedding: torch.tensor(pictures.test)))
  }
}
