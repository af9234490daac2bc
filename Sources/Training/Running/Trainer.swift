import Heads
import ModelSurgery
import Pictures
import TFLite
import Torch

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Trains networks, on a thread of its own.
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

  /// A trainer that computes with libtorch.
  public init(_ library: TorchLibrary) { self.library = library }

  /// Trains a network, from its beginning or from the last checkpoint of its folder.
  ///
  /// A run that was ended at any moment and is resumed with the same settings, pictures and number of threads gives the
  /// weights of one that was not, bit for bit. When the task is cancelled, a checkpoint is written first.
  ///
  /// - Parameters:
  ///   - run: What is trained.
  ///   - report: Is told of each step and each epoch.
  /// - Throws: ``TrainingError``, such as ``TrainingError/diverged(step:epoch:rate:kept:)``; `TorchError`; `PictureError` of a
  ///   picture that cannot be read; what writing a checkpoint throws; `CancellationError`.
  public func train(
    _ run: TrainingRun, report: @Sendable (TrainingEvent) -> Void = { _ in }
  ) async throws -> TrainingResult {
    try run.settings.check()
    let work = try TrainingWork(run, torch: Torch(library, device: run.device, threads: run.threads))
    return try await work.run(report: report, isolation: self)
  }

  /// Asks the network of a checkpoint about pictures.
  ///
  /// - Parameters:
  ///   - checkpoint: The checkpoint; its averages are asked where it has any, and rounded where rounding had begun.
  ///   - data: The pictures, of the checkpoint's classes.
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

  /// Lets a trained base learn other classes from a few pictures, in several ways.
  ///
  /// - Parameters:
  ///   - experiment: What is tried.
  ///   - data: The pictures of the base's classes and of others.
  ///   - checkpoint: The base, trained on what the experiment's test ratio leaves of its classes.
  /// - Throws: ``TrainingError``, ``TrainingDataError``, `TorchError`, `PictureError`, `CancellationError`.
  public func run(
    _ experiment: Experiment, on data: TrainingData, base checkpoint: Checkpoint, device: Int? = nil, threads: Int,
    report: @Sendable (ExperimentEvent) -> Void = { _ in }
  ) async throws -> ExperimentResults {
    let torch = try Torch(library, device: device, threads: threads)
    let work = try ExperimentWork(experiment, on: data, base: checkpoint, threads: threads, torch: torch)
    return try await work.run(report: report, isolation: self)
  }
}
