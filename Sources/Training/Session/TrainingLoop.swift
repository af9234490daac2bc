import ModelSurgery
import Pictures
import TFLite
import Torch

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The loop of a training run: epochs, evaluation and checkpoints.
final class TrainingLoop {
  private let run: TrainingRun
  private let settings: TrainingSettings
  private let session: TrainingSession
  private let workers: Workers?
  private let loader: BatchLoader
  private let torch: Torch
  /// The fingerprint of the training pictures.
  private let pictures: String
  /// The fingerprint of the base's weights and all pictures, for stored embeddings of the float base.
  private let origin: [String]
  private let stepsPerEpoch: Int
  /// The number of steps of the run.
  private let stepCount: Int
  private var position = TrainingPosition()
  private var history: [EpochResult] = []
  private var embeddings: StoredEmbeddings?
  private var best: Checkpoint?
  private let isResumed: Bool
  private let events: EventFile?
  private let clock = ContinuousClock()
  private var waited = Duration.zero
  private var embedded = Duration.zero
  private var stepped = Duration.zero

  init(_ run: TrainingRun, torch: Torch) throws {
    self.run = run
    self.torch = torch
    settings = run.settings
    workers = run.workers
    let data = run.training
    if let workers { try workers.check(settings) }
    guard data.labels.count > 1 else { throw TrainingError.tooFewClasses(data.labels.count) }
    guard data.count >= settings.batchSize else {
      throw TrainingError.tooFewPictures(count: data.count, batchSize: settings.batchSize)
    }
    loader = try BatchLoader(
      training: data, augmentation: settings.isBaseFrozen ? .none : settings.augmentation, side: settings.side,
      batchSize: settings.batchSize, seed: settings.seed, resize: .crop, threads: run.threads,
      share: workers?.share ?? BatchShare())
    stepsPerEpoch = loader.batchesPerEpoch
    stepCount = settings.stepCount(stepsPerEpoch: stepsPerEpoch)
    if let delay = settings.fakeQuantization?.delay, delay >= settings.length(stepsPerEpoch: stepsPerEpoch) {
      throw TrainingError.badSetting(
        "the delay of quantisation-aware training",
        because: "\(delay) epochs are not less than the \(stepCount) steps of the run")
    }
    pictures = try data.fingerprint
    let base = try settings.base()
    let test = try run.test?.fingerprint ?? ""
    try workers?.check(fingerprint: Bytes(Array((pictures + test).utf8)).sha256)
    let isFirst = workers?.isFirst ?? true
    let kept = isFirst ? try run.keptCheckpoint(pictures: pictures, stepsPerEpoch: stepsPerEpoch) : nil
    let weights =
      try kept?.weights
      ?? InitialWeights.make(
        base: base, head: settings.head, classes: data.labels.count, pretrained: run.pretrained?.weights,
        seed: settings.seed)
    session = try TrainingSession(
      settings, base: base, classes: data.labels.count, weights: weights, stepsPerEpoch: stepsPerEpoch, torch: torch,
      workers: workers)
    if let kept {
      try session.restore(kept)
      position = kept.position
      // An extended run continues the epoch in which it had ended.
      history = Array(kept.history.prefix(position.step < stepCount ? position.epoch : kept.history.count))
      best = try run.keptBest(like: kept)
    }
    isResumed = kept != nil
    let names = try base.weights.compactMap { try weights[$0.name]?.data.sha256 }.joined()
    origin = [settings.architecture, "\(settings.side)", pictures, test, names]
    if isFirst { try FileManager.default.createDirectory(at: run.folder, withIntermediateDirectories: true) }
    events = isFirst ? EventFile(in: run.folder) : nil
  }

  func run(
    report: @Sendable (TrainingEvent) -> Void, isolation: isolated (any Actor)
  ) async throws -> TrainingResult {
    try await quantizeFrozenBase(isolation: isolation)
    if settings.isBaseFrozen, run.isCachingEmbeddings {
      try await embed(report: report, isolation: isolation)
    }
    if let pretrained = run.pretrained, !isResumed {
      if pretrained.isFolded, !settings.isBaseFrozen {
        try await session.measureStatistics(of: run.training, threads: run.threads, isolation: isolation)
      }
      try await initializeHead(isolation: isolation)
      try session.restartAverages()
    }
    if let workers { try share(with: workers) }
    report(.begins(stepsPerEpoch: stepsPerEpoch, step: position.step))
    do {
      try await trainEpochs(report: report, isolation: isolation)
    } catch is CancellationError {
      try save()
      throw CancellationError()
    }
    return try await result(isolation: isolation)
  }

  /// Trains the remaining epochs.
  private func trainEpochs(
    report: @Sendable (TrainingEvent) -> Void, isolation: isolated (any Actor)
  ) async throws {
    let start = clock.now
    let firstStep = position.step
    var saved = clock.now
    while position.step < stepCount {
      let epochStart = clock.now
      let waitedBefore = waited
      let batches =
        embeddings == nil
        ? loader.batches(epochs: position.epoch..<position.epoch + 1, from: position.stepInEpoch) : nil
      let order = embeddings == nil ? [] : loader.order(epoch: position.epoch)
      while position.stepInEpoch < stepsPerEpoch, position.step < stepCount {
        if workers == nil { try Task.checkCancellation() }
        let stepStart = clock.now
        guard let result = try await finiteStep(batches, order, isolation: isolation) else {
          throw diverged(at: position.step + 1, epoch: position.epoch + 1)
        }
        stepped += clock.now - stepStart
        position.step += 1
        position.stepInEpoch += 1
        position.lossSum += result.loss
        position.correct += result.correct
        let pace = (clock.now - start).seconds / Double(position.step - firstStep)
        reportStep(result, secondsLeft: pace * Double(stepCount - position.step), report)
        if clock.now - saved > run.checkpointInterval, position.stepInEpoch < stepsPerEpoch, position.step < stepCount {
          try save()
          saved = clock.now
        }
      }
      let evaluation = try await evaluateTest(isolation: isolation)
      let seconds = (clock.now - epochStart).seconds
      try finishEpoch(
        evaluation, seconds: seconds, waitingShare: seconds > 0 ? (waited - waitedBefore).seconds / seconds : 0, report)
      saved = clock.now
    }
  }

  /// Takes a step; returns nil if its loss or its weights become infinite.
  private func finiteStep(
    _ batches: Batches?, _ order: [Int32], isolation: isolated (any Actor)
  ) async throws -> TrainingSession.StepResult? {
    do {
      let result = try await step(batches, order, isolation: isolation)
      return result.loss.isFinite ? result : nil
    } catch let error as TrainingError where error.code == .badRange || error.code == .infiniteWeights {
      return nil
    }
  }

  private func step(
    _ batches: Batches?, _ order: [Int32], isolation: isolated (any Actor)
  ) async throws -> TrainingSession.StepResult {
    guard let embeddings else {
      let before = batches?.waited ?? .zero
      guard let batches, let batch = try await nextBatch(batches, isolation: isolation) else {
        throw TrainingError.tooFewPictures(count: loader.data.count, batchSize: settings.batchSize)
      }
      waited += batches.waited - before
      return try session.step(
        pictures: session.pictures(batch), labels: batch.labels.map { Int($0) }, at: position.step)
    }
    let first = position.stepInEpoch * settings.batchSize
    let places = order[first..<first + settings.batchSize].map { Int($0) }
    return try session.step(
      embedding: torch.rows(places, of: embeddings.training), labels: places.map { loader.data.examples[$0].label },
      at: position.step)
  }

  /// Returns the next batch, unless this worker or another one was cancelled: all then end after the same step.
  private func nextBatch(_ batches: Batches, isolation: isolated (any Actor)) async throws -> Batch? {
    guard let workers else { return try await batches.next() }
    let batch: Batch?
    do {
      batch = try await batches.next()
    } catch is CancellationError {
      batch = nil
    }
    if try workers.agree(isStopping: Task.isCancelled) { throw CancellationError() }
    return batch
  }

  /// Gives the other workers the state of rank 0.
  private func share(with workers: Workers) throws {
    let state = try workers.shared(
      "state", SharedState(position: position, history: history, ranges: session.ranges))
    (position, history) = (state.position, state.history)
    if let ranges = state.ranges { session.quantize(with: ranges) }
    try workers.group.broadcast(session.tensors)
  }

  /// What rank 0 gives the other workers besides tensors.
  private struct SharedState: Codable {
    let position: TrainingPosition
    let history: [EpochResult]
    let ranges: [String: ActivationRanges.Range]?
  }

  private func reportStep(
    _ result: TrainingSession.StepResult, secondsLeft: Double, _ report: (TrainingEvent) -> Void
  ) {
    let pictures = Double(position.stepInEpoch * settings.batchSize)
    let progress = TrainingProgress(
      epoch: position.epoch + 1, epochs: settings.epochs, step: position.stepInEpoch,
      steps: min(stepsPerEpoch, stepCount - position.epoch * stepsPerEpoch),
      loss: position.lossSum / Double(position.stepInEpoch), accuracy: Double(position.correct) / pictures,
      rate: result.rate, secondsLeft: secondsLeft)
    report(.step(progress))
    if position.step % 10 == 0 || position.stepInEpoch == stepsPerEpoch {
      events?.add([("loss", result.loss), ("rate", result.rate)], step: position.step)
    }
  }

  private func finishEpoch(
    _ evaluation: NetworkEvaluation?, seconds: Double, waitingShare: Double, _ report: (TrainingEvent) -> Void
  ) throws {
    let result = EpochResult(
      epoch: position.epoch + 1, loss: position.lossSum / Double(position.stepInEpoch),
      accuracy: Double(position.correct) / Double(position.stepInEpoch * settings.batchSize),
      testAccuracy: evaluation?.accuracy, isQuantized: session.isQuantizing, seconds: seconds,
      waitingShare: waitingShare)
    // A checkpoint from before fake quantisation cannot become a quantised model: compare only epochs of the same kind.
    let rivals = (history + [best?.history.last].compactMap { $0 }).filter { $0.isQuantized == result.isQuantized }
    let isBest = result.testAccuracy.map { $0 > rivals.compactMap(\.testAccuracy).max() ?? -1 } ?? true
    history.append(result)
    if position.stepInEpoch == stepsPerEpoch {
      position.epoch += 1
      position.stepInEpoch = 0
      position.lossSum = 0
      position.correct = 0
    }
    let checkpoint = try checkpoint()
    // The best is written first: if the process ends in between, the epoch is repeated and writes it again.
    if isBest {
      try write(checkpoint, to: run.bestFile)
      best = checkpoint
    }
    try write(checkpoint, to: run.lastFile)
    var values = [("epoch/loss", result.loss), ("epoch/accuracy", result.accuracy)]
    if let accuracy = result.testAccuracy { values.append(("epoch/test_accuracy", accuracy)) }
    events?.add(values, step: position.step)
    report(.epoch(result, isBest: isBest && result.testAccuracy != nil))
  }

  /// Returns the state as a checkpoint.
  ///
  /// - Throws: Also ``TrainingError/diverged(step:epoch:rate:kept:)`` if the last step diverged. Its loss does not show that,
  ///   because it is computed before the update.
  private func checkpoint() throws -> Checkpoint {
    let checkpoint = try session.checkpoint(
      labels: run.training.labels, pictures: pictures, position: position, history: history)
    // Between two epochs, the last step belongs to the earlier one.
    let epoch = position.epoch + (position.stepInEpoch > 0 ? 1 : 0)
    guard checkpoint.isFinite else { throw diverged(at: position.step, epoch: max(1, epoch)) }
    return checkpoint
  }

  private func diverged(at step: Int, epoch: Int) -> TrainingError {
    let rate = settings.rate.rate(
      step: step - 1, stepsPerEpoch: stepsPerEpoch, epochs: settings.length(stepsPerEpoch: stepsPerEpoch))
    let kept = FileManager.default.fileExists(atPath: run.lastFile.path) ? run.lastFile.path : nil
    return .diverged(step: step, epoch: epoch, rate: rate, kept: kept)
  }

  private func save() throws { try write(checkpoint(), to: run.lastFile) }

  /// Writes a checkpoint, unless another worker does.
  private func write(_ checkpoint: Checkpoint, to file: URL) throws {
    if workers?.isFirst ?? true { try checkpoint.write(to: file) }
  }

  private func evaluateTest(isolation: isolated (any Actor)) async throws -> NetworkEvaluation? {
    try session.swapAverages()
    let evaluation: NetworkEvaluation?
    do {
      evaluation = try await evaluateTest(session, isolation: isolation)
    } catch {
      try session.swapAverages()
      throw error
    }
    try session.swapAverages()
    return evaluation
  }

  /// Evaluates a session's network on the test pictures.
  private func evaluateTest(
    _ session: TrainingSession, isolation: isolated (any Actor)
  ) async throws -> NetworkEvaluation? {
    guard let test = run.test, test.count > 0 else { return nil }
    guard let embeddings else {
      return try await session.evaluate(test, threads: run.threads, isolation: isolation)
    }
    return NetworkEvaluation(try session.logits(ofEmbedding: torch.tensor(embeddings.test)), of: test)
  }

  private func result(isolation: isolated (any Actor)) async throws -> TrainingResult {
    let best = try self.best ?? checkpoint()
    let chosen = try TrainingSession(
      settings, base: settings.base(), classes: best.labels.count, weights: best.bestWeights,
      stepsPerEpoch: stepsPerEpoch, torch: torch)
    chosen.restoreRanges(best)
    return TrainingResult(
      history: history, best: best, evaluation: try await evaluateTest(chosen, isolation: isolation),
      embeddingSeconds: embedded.seconds, stepSeconds: stepped.seconds, waitingSeconds: waited.seconds)
  }

  /// Computes the embeddings of all pictures, or reads them from the file of an earlier run.
  private func embed(
    report: @Sendable (TrainingEvent) -> Void, isolation: isolated (any Actor)
  ) async throws {
    let origin = try fingerprint()
    let counts = (training: run.training.count, test: run.test?.count ?? 0)
    if let kept = StoredEmbeddings(
      contentsOf: run.embeddingsFile, origin: origin, counts: counts, dimension: session.network.base.outputs)
    {
      embeddings = kept
      return
    }
    let start = clock.now
    let all = counts.training + counts.test
    var done = 0
    func embed(_ data: TrainingData) async throws -> WeightTensor {
      let batches = try session.batches(evaluating: data, threads: run.threads)
      return try await session.embeddings(of: batches, count: data.count, isolation: isolation) { count in
        done += count
        report(.embedding(done: done, of: all))
      }
    }
    let training = try await embed(run.training)
    let made = StoredEmbeddings(
      training: training, test: try await embed(run.test ?? run.training.with([])))
    try made.write(to: run.embeddingsFile, origin: origin)
    embeddings = made
    embedded = clock.now - start
  }

  /// Begins fake quantisation of a frozen base, with the ranges that its pretrained weights have, or else with ranges
  /// measured on some of the pictures. A resumed run has them already.
  private func quantizeFrozenBase(isolation: isolated (any Actor)) async throws {
    guard settings.isBaseFrozen, let grid = settings.fakeQuantization?.grid, !session.isQuantizing else { return }
    var ranges = run.pretrained?.ranges ?? [:]
    if ranges.isEmpty {
      ranges = try await session.measureRanges(of: run.training, threads: run.threads, isolation: isolation)
    }
    session.quantizeBase(grid, ranges: ranges)
  }

  /// Returns the fingerprint of the base, its quantisation and all pictures, for stored embeddings.
  private func fingerprint() throws -> String {
    var origin = origin
    if let grid = settings.fakeQuantization?.grid, let ranges = session.ranges {
      let base = try settings.base().layerNames
      origin += [grid.rawValue] + base.map { "\($0) \(ranges[$0]?.lower ?? 0) \(ranges[$0]?.upper ?? 0)" }
    }
    return try Bytes(Array(origin.joined(separator: " ").utf8)).sha256
  }

  /// Initialises the head from a pretrained base's embeddings of some pictures of each class.
  private func initializeHead(isolation: isolated (any Actor)) async throws {
    let places = run.training.places.flatMap { $0.prefix(Self.headPictures) }
    let some = run.training.with(places.map { run.training.examples[$0] })
    let rows: TorchTensor
    if let embeddings {
      rows = try torch.rows(places, of: embeddings.training)
    } else {
      let batches = try session.batches(evaluating: some, threads: run.threads)
      rows = try torch.tensor(
        try await session.embeddings(of: batches, count: some.count, isolation: isolation) { _ in })
    }
    try session.network.initializeHead(with: rows, labels: some.examples.map(\.label))
  }

  private static let headPictures = 20
}

extension Duration {
  fileprivate var seconds: Double { Double(components.seconds) + 1e-18 * Double(components.attoseconds) }
}
