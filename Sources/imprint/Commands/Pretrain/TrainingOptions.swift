import ArgumentParser
import Heads
import Imprinting
import Inference
import ModelSurgery
import Torch
import Training

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What is trained, on what, and how.
struct TrainingOptions: ParsableArguments {
  @OptionGroup var pictures: TrainingDataOptions

  @Option(name: [.short, .long], help: "The folder for the checkpoints.")
  var output: String

  @Option(help: "The share of each class's pictures that is kept to be asked about.")
  var testRatio = 0.0

  @Option(
    help: """
      The weights to begin with: a .tflite file of the same network, a checkpoint of TensorFlow or of a run, a PyTorch \
      state file, safetensors. (default: random ones)
      """)
  var start: String?

  @Flag(help: "Train what stands on the base only: seconds instead of hours.")
  var freezeBase = false

  @Flag(help: "With --freeze-base, compute the embeddings in every step again.")
  var recomputeEmbeddings = false

  @OptionGroup(title: "Network") var network: NetworkOptions
  @OptionGroup(title: "Descent") var descent: DescentOptions
  @OptionGroup(title: "Pictures in training") var variation: AugmentationOptions
  @OptionGroup(title: "Whole numbers") var rounding: RoundingOptions
  @OptionGroup var place: TorchOptions

  func validate() throws {
    guard freezeBase || !recomputeEmbeddings else {
      throw ValidationError("--recompute-embeddings goes with --freeze-base.")
    }
    guard (0..<1).contains(testRatio) else {
      throw ValidationError("--test-ratio is \(testRatio); it takes a number from 0 to less than 1")
    }
  }

  /// The run that the options ask for.
  ///
  /// - Parameters:
  ///   - data: All pictures.
  ///   - isResuming: Whether to go on with the last checkpoint. The starting point is not read then.
  /// - Throws: ``TrainingError``, what reading a starting point or a checkpoint throws, and `ImprintingError`.
  func run(on data: TrainingData, isResuming: Bool) throws -> TrainingRun {
    let parts = try data.split(testRatio: testRatio)
    var run = TrainingRun(
      settings: try settings(), training: parts.training, test: testRatio > 0 ? parts.heldBack : nil,
      folder: URL(filePath: output), threads: place.threads)
    run.isResuming = isResuming
    run.isCachingEmbeddings = !recomputeEmbeddings
    run.device = try place.number()
    if isResuming {
      guard FileManager.default.fileExists(atPath: run.lastFile.path) else {
        throw TrainingError.nothingToResume(path: run.lastFile.path)
      }
      // Without a word about them they are those of the checkpoint; others are refused where the run begins.
      if run.settings == (try Self.usualSettings()) { run.settings = try Checkpoint(contentsOf: run.lastFile).settings }
    } else {
      run.start = try start.map { try StartingPoint(of: URL(filePath: $0), for: network.base()) }
    }
    return run
  }

  /// The settings where no option says anything.
  private static func usualSettings() throws -> TrainingSettings {
    try parse(["--data", "pictures", "--output", "run"]).settings()
  }

  private func settings() throws -> TrainingSettings {
    let base = try network.base()
    let epochs = descent.epochs(isBaseFrozen: freezeBase)
    return TrainingSettings(
      architecture: base.name, side: Int(base.side), head: network.head, epochs: epochs,
      batchSize: descent.batchSize, optimizer: descent.rule,
      rate: descent.learningRate(isBaseFrozen: freezeBase, isProjected: network.projection != nil),
      weightDecay: descent.weightDecay, labelSmoothing: descent.labelSmoothing, averageDecay: descent.average,
      statisticsMomentum: descent.statisticsMomentum, isBaseFrozen: freezeBase,
      rounding: rounding.settings(epochs: epochs), augmentation: variation.augmentation, seed: descent.seed)
  }
}

/// Which pictures a network is trained on or asked about.
struct TrainingDataOptions: ParsableArguments {
  @Option(help: "The pictures: a folder of class folders, a list of 'path,label' lines, or TFRecord files.")
  var data: String

  @Option(help: "The classes' names for TFRecord files. (default: labels.txt beside them)")
  var labels: String?

  /// The pictures.
  ///
  /// - Parameter split: Which files of a folder of several splits to take.
  func load(_ split: RecordSplit) async throws -> TrainingData {
    try await TrainingData(at: URL(filePath: data), split: split, labels: labels.map { URL(filePath: $0) })
  }
}

/// Where libtorch computes.
struct TorchOptions: ParsableArguments {
  @Option(help: "Where to compute: cpu, or cuda, or cuda:N where there are several.")
  var device = "cpu"

  @OptionGroup var work: ThreadOptions

  func validate() throws { _ = try number() }

  /// How many threads.
  var threads: Int { work.threads ?? ProcessInfo.processInfo.activeProcessorCount }

  /// The number of the CUDA device, or nil for the processor.
  func number() throws -> Int? {
    switch device {
    case "cpu": return nil
    case "cuda": return 0
    default:
      guard device.hasPrefix("cuda:"), let number = Int(device.dropFirst("cuda:".count)), number >= 0 else {
        throw ValidationError("--device is \"\(device)\"; it takes cpu, cuda or cuda:N")
      }
      return number
    }
  }
}
