public import Torch

/// Trains and evaluates networks on its own thread.
///
/// ```swift
/// let trainer = Trainer(try TorchLibrary())
/// let result = try await trainer.train(run) { print($0) }
/// try result.best.network().floatModel().serialized().write(to: file)
/// ```
public actor Trainer {
  private let library: TorchLibrary
  private nonisolated let thread = TorchThread()

  public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  /// Creates a trainer that computes with libtorch.
  public init(_ library: TorchLibrary) { self.library = library }

  /// Waits for the other workers of a run and connects to them.
  ///
  /// - Parameters:
  ///   - place: The place of this process among them.
  ///   - device: The number of a CUDA device, or nil for the processor.
  ///   - limit: The longest time to wait for the others, now and later for an answer in a step.
  /// - Throws: ``WorkerError``, `TorchError`, and `CancellationError`.
  public func join(_ place: WorkerPlace, device: Int? = nil, limit: Duration) throws -> Workers {
    try Workers(place, library: library, device: device, limit: limit)
  }

  /// Trains a network, from the start or from the last checkpoint in the run's folder.
  ///
  /// A run can be stopped at any moment. If it is resumed with the same settings, pictures and number of threads, its final
  /// weights are bit-identical to those of an uninterrupted run. If the task is cancelled, a checkpoint is written first.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - report: Receives the events of the run.
  /// - Throws: ``TrainingError``, such as ``TrainingError/diverged(step:epoch:rate:kept:)``; `TorchError`; `PictureError`
  ///   for a picture that cannot be read; the errors of writing a checkpoint; `CancellationError`.
  public func train(
    _ run: TrainingRun, report: @Sendable (TrainingEvent) -> Void = { _ in }
  ) async throws -> TrainingResult {
    var run = run
    if let workers = run.workers { run.settings = try workers.shared("settings", run.settings) }
    try run.settings.check()
    let loop = try TrainingLoop(run, torch: Torch(library, device: run.device, threads: run.threads))
    return try await loop.run(report: report, isolation: self)
  }

  /// Evaluates the network of a checkpoint on pictures.
  ///
  /// - Parameters:
  ///   - checkpoint: The checkpoint. Its averaged weights are used if it has any, with fake quantisation if that had begun.
  ///   - data: Pictures of the checkpoint's classes.
  /// - Throws: ``TrainingError``, `TorchError`, `PictureError`, `CancellationError`.
  public func evaluate(
    _ checkpoint: Checkpoint, on data: TrainingData, device: Int? = nil, threads: Int,
    report: @Sendable (_ done: Int, _ count: Int) -> Void = { _, _ in }
  ) async throws -> NetworkEvaluation {
    try checkpoint.checkFinite()
    try checkpoint.settings.check()
    let torch = try Torch(library, device: device, threads: threads)
    let session = try TrainingSession(
      checkpoint.settings, base: checkpoint.base(), classes: checkpoint.labels.count, weights: checkpoint.bestWeights,
      stepsPerEpoch: 1, torch: torch)
    session.restoreRanges(checkpoint)
    return try await session.evaluate(data, threads: threads, report: report, isolation: self)
  }

  /// Measures how well a trained base learns new classes from a few pictures, with several methods.
  ///
  /// - Parameters:
  ///   - experiment: The settings of the experiment.
  ///   - data: Pictures of the base's classes and of new ones.
  ///   - checkpoint: The base. It must not have been trained on the test pictures of the experiment.
  /// - Throws: ``TrainingError``, ``TrainingDataError``, `TorchError`, `PictureError`, `CancellationError`.
  public func run(
    _ experiment: Experiment, on data: TrainingData, base checkpoint: Checkpoint, device: Int? = nil, threads: Int,
    report: @Sendable (ExperimentEvent) -> Void = { _ in }
  ) async throws -> ExperimentResults {
    let torch = try Torch(library, device: device, threads: threads)
    let runner = try ExperimentRunner(experiment, on: data, base: checkpoint, threads: threads, torch: torch)
    return try await runner.run(report: report, isolation: self)
  }
}

/// The result of a training run.
public struct TrainingResult: Sendable {
  /// The results of all epochs, including those before the run was resumed.
  public let history: [EpochResult]
  /// The checkpoint with the highest accuracy on the test pictures, or the last one if there are none.
  public let best: Checkpoint
  /// The evaluation of the best checkpoint on the test pictures; nil if there are none.
  public let evaluation: NetworkEvaluation?
  /// The seconds spent on the embeddings of a frozen base, on steps, and, as part of the steps, on waiting for pictures.
  public let embeddingSeconds, stepSeconds, waitingSeconds: Double
}
