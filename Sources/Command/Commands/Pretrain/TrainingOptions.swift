import ArgumentParser
import ModelSurgery
import Training

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The options of a training run.
struct TrainingOptions: ParsableArguments {
  /// The pictures, the output and the initial weights.
  struct Basics: ParsableArguments {
    @OptionGroup var pictures: TrainingDataOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("Folder for the checkpoints.", valueName: "folder"))
    var output: String

    @Option(
      help: ArgumentHelp("Fraction of each class's pictures to hold back for testing.", valueName: "fraction"))
    var testRatio = 0.0

    @Option(
      help: ArgumentHelp(
        """
        Pretrained weights: a .tflite model of the same network, a checkpoint of a run or of TensorFlow, a PyTorch state \
        file, or safetensors. (default: random weights)
        """, valueName: "file"))
    var pretrained: String?

    @Flag(help: "Train only the head, in seconds instead of hours.")
    var freezeBase = false

    @Flag(help: "With --freeze-base, compute the embeddings again in every step.")
    var recomputeEmbeddings = false

    func validate() throws {
      guard freezeBase || !recomputeEmbeddings else {
        throw ValidationError("--recompute-embeddings requires --freeze-base")
      }
      guard (0..<1).contains(testRatio) else {
        throw ValidationError("--test-ratio is \(testRatio); it takes a number from 0 to less than 1")
      }
    }
  }

  @OptionGroup(title: "Training") var basics: Basics
  @OptionGroup(title: "Network") var network: NetworkOptions
  @OptionGroup(title: "Optimisation") var optimisation: OptimisationOptions
  @OptionGroup(title: "Random augmentation") var randomAugmentation: AugmentationOptions
  @OptionGroup(title: "Quantisation-aware training") var quantisation: QuantisationOptions
  @OptionGroup(title: "Speed and devices") var torch: TorchOptions

  /// Returns the run.
  ///
  /// - Parameters:
  ///   - data: All pictures.
  ///   - validation: The validation pictures; they are used unless pictures are held back.
  ///   - isResuming: Whether to continue from the last checkpoint; pretrained weights are not read then.
  ///   - workers: The processes that train together. Only rank 0 reads weights and checkpoints.
  /// - Throws: ``TrainingError``, and the errors of reading pretrained weights or a checkpoint.
  func run(
    on data: TrainingData, validation: TrainingData? = nil, isResuming: Bool, workers: Workers? = nil
  ) throws -> TrainingRun {
    let parts = try data.split(testRatio: basics.testRatio)
    var run = TrainingRun(
      settings: try settings(pictures: parts.training.count), training: parts.training,
      test: basics.testRatio > 0 ? parts.heldBack : validation, folder: URL(filePath: basics.output),
      threads: torch.threads(for: workers?.place))
    run.isResuming = isResuming
    run.isCachingEmbeddings = !basics.recomputeEmbeddings
    run.device = try torch.number(for: workers?.place)
    run.workers = workers
    guard workers?.isFirst ?? true else { return run }
    if isResuming {
      guard FileManager.default.fileExists(atPath: run.lastFile.path) else {
        throw TrainingError.nothingToResume(path: run.lastFile.path)
      }
      run.settings = try resumed(run.settings, from: Checkpoint(contentsOf: run.lastFile).settings)
    } else {
      run.pretrained = try basics.pretrained.map { try PretrainedWeights(of: URL(filePath: $0), for: network.base()) }
    }
    return run
  }

  /// Returns the settings of a resumed run: the checkpoint's where there is no option. The run refuses different
  /// settings when it starts; only a finished run can become longer.
  private func resumed(_ own: TrainingSettings, from kept: TrainingSettings) throws -> TrainingSettings {
    var own = own
    if optimisation.epochs == nil, optimisation.steps == nil { (own.epochs, own.steps) = (kept.epochs, kept.steps) }
    // The usual delay depends on the length, and stays when the run becomes longer.
    if quantisation.quantizeDelay == nil, own.fakeQuantization?.grid == kept.fakeQuantization?.grid {
      own.fakeQuantization?.delay = kept.fakeQuantization?.delay ?? 0
      if quantisation.freezeBatchNorm == nil { own.fakeQuantization?.freeze = kept.fakeQuantization?.freeze ?? 0 }
    }
    var plain = try Self.parse(["--data", "pictures", "--output", "run"]).settings(pictures: 0)
    (plain.epochs, plain.steps) = (own.epochs, own.steps)
    guard own == plain else { return own }
    plain = kept
    (plain.epochs, plain.steps) = (own.epochs, own.steps)
    return plain
  }

  private func settings(pictures: Int) throws -> TrainingSettings {
    let base = try network.base()
    let length = optimisation.length(isBaseFrozen: basics.freezeBase, pictures: pictures)
    return TrainingSettings(
      architecture: base.name, side: Int(base.side), head: network.head,
      epochs: Int(min(length.rounded(.up), 1e9)), steps: optimisation.steps, batchSize: optimisation.batchSize,
      optimizer: optimisation.rule,
      rate: optimisation.rate(isBaseFrozen: basics.freezeBase, isProjected: network.projection != nil),
      weightDecay: optimisation.weightDecay, labelSmoothing: optimisation.labelSmoothing,
      averageDecay: optimisation.emaDecay,
      statisticsMomentum: optimisation.batchNormMomentum, isBaseFrozen: basics.freezeBase,
      fakeQuantization: quantisation.settings(length: length, isBaseFrozen: basics.freezeBase),
      augmentation: randomAugmentation.augmentation,
      seed: optimisation.seed)
  }
}

/// The pictures to train or test on.
struct TrainingDataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Pictures: a folder with one subfolder per class, a list of 'path,label' lines, or TFRecord files.",
      valueName: "path"))
  var data: String

  @Option(help: ArgumentHelp("Class names for TFRecord files. (default: labels.txt beside them)", valueName: "file"))
  var labels: String?

  /// Returns the pictures.
  ///
  /// - Parameter split: The split to read if a folder has several.
  func load(_ split: RecordSplit) async throws -> TrainingData {
    let data = try await TrainingData(
      at: URL(filePath: self.data), split: split, labels: labels.map { URL(filePath: $0) })
    try Terminal.tell(data.remarks, of: self.data)
    return data
  }

  /// Returns the validation pictures beside training pictures, or nil if there are none.
  func loadValidation(of training: TrainingData) async throws -> TrainingData? {
    try await TrainingData.validation(
      of: training, at: URL(filePath: data), labels: labels.map { URL(filePath: $0) })
  }
}

/// The device and threads of libtorch.
struct TorchOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Device to compute on: cpu, cuda, or cuda:N.", valueName: "device"))
  var device = "cpu"

  @OptionGroup var work: ThreadOptions

  func validate() throws {
    _ = try number()
    // libtorch reads this when it is opened. By default its threads spin while they wait for each other: that gains nothing on
    // idle cores, and costs a multiple of the time where other work shares them. It does not replace what the user has set.
    setenv("OMP_WAIT_POLICY", "passive", 0)
  }

  /// The number of threads.
  var threads: Int { work.threads ?? ProcessInfo.processInfo.activeProcessorCount }

  /// Returns the number of threads of a worker: by default its part of this machine's cores.
  func threads(for place: WorkerPlace?) -> Int {
    guard let place, work.threads == nil else { return threads }
    return max(1, threads / place.localCount)
  }

  /// Returns the number of a worker's CUDA device: by default the one of its number on this machine.
  func number(for place: WorkerPlace?) throws -> Int? {
    guard let place, device == "cuda" else { return try number() }
    return place.localRank
  }

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
