import ModelSurgery

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What is trained, on what, and where the results go.
public struct TrainingRun: Sendable {
  /// All that decides on the result.
  public var settings: TrainingSettings
  /// The pictures to train on.
  public var training: TrainingData
  /// Pictures that are only asked about, after each epoch; the best checkpoint is the one that does best on them.
  public var test: TrainingData?
  /// The weights to begin with, or nil for random ones.
  public var start: StartingPoint?
  /// Where checkpoints, embeddings and the numbers for TensorBoard go; it is made where it is not there.
  public var folder: URL
  /// Whether to go on with the last checkpoint in the folder.
  public var isResuming = false
  /// Whether the embeddings of a frozen base are computed once; else again in every step, with the same result.
  public var isCachingEmbeddings = true
  /// The number of a CUDA device, or nil for the processor.
  public var device: Int?
  /// How many threads compute, and how many read pictures.
  public var threads: Int
  /// How long training goes on without a checkpoint, at most but for a step; one is written after each epoch too.
  public var checkpointInterval: Duration = .seconds(300)

  public init(
    settings: TrainingSettings, training: TrainingData, test: TrainingData? = nil, start: StartingPoint? = nil,
    folder: URL, threads: Int? = nil
  ) {
    self.settings = settings
    self.training = training
    self.test = test
    self.start = start
    self.folder = folder
    self.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
  }

  /// The last checkpoint.
  public var lastFile: URL { Self.lastFile(in: folder) }
  /// The last checkpoint of a run with a folder.
  public static func lastFile(in folder: URL) -> URL { folder.appending(path: "last.safetensors") }
  /// The checkpoint that did best on the test pictures, or the last where there are none.
  public var bestFile: URL { folder.appending(path: "best.safetensors") }
  /// The embeddings of a frozen base.
  var embeddingsFile: URL { folder.appending(path: "embeddings.safetensors") }
}
