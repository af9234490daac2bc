public import ModelSurgery

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// A training run: the settings, the pictures, and the folder of the results.
public struct TrainingRun: Sendable {
  /// The settings.
  public var settings: TrainingSettings
  /// The training pictures.
  public var training: TrainingData
  /// The test pictures, which are classified after each epoch; the best checkpoint has the highest accuracy on them.
  public var test: TrainingData?
  /// The weights that training starts from, or nil for random ones.
  public var pretrained: PretrainedWeights?
  /// The folder for checkpoints, embeddings and the event file of TensorBoard; it is created if needed.
  public var folder: URL
  /// Whether to resume from the last checkpoint in the folder.
  public var isResuming = false
  /// Whether the embeddings of a frozen base are computed once instead of in every step; the result is the same.
  public var isCachingEmbeddings = true
  /// The number of a CUDA device, or nil for the CPU.
  public var device: Int?
  /// The processes that train the network together, or nil for this one alone. Rank 0 decides the settings, starts from its
  /// own pretrained weights or checkpoint, and alone writes to its folder.
  public var workers: Workers?
  /// The number of threads for computing, and the same number for reading pictures.
  public var threads: Int
  /// The longest time between two checkpoints, which are written after a step; each epoch also ends with one.
  public var checkpointInterval: Duration = .seconds(300)

  /// Creates a run; by default with as many threads as there are cores.
  public init(
    settings: TrainingSettings, training: TrainingData, test: TrainingData? = nil,
    pretrained: PretrainedWeights? = nil, folder: URL, threads: Int? = nil
  ) {
    self.settings = settings
    self.training = training
    self.test = test
    self.pretrained = pretrained
    self.folder = folder
    self.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
  }

  /// The last checkpoint.
  public var lastFile: URL { Self.lastFile(in: folder) }
  /// Returns the last checkpoint of a run in a folder.
  public static func lastFile(in folder: URL) -> URL { folder.appending(path: "last.safetensors") }
  /// The checkpoint with the highest accuracy on the test pictures, or the last one if there are none.
  public var bestFile: URL { folder.appending(path: "best.safetensors") }
  /// The embeddings of a frozen base.
  var embeddingsFile: URL { folder.appending(path: "embeddings.safetensors") }
}
