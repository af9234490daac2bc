import ArgumentParser
import Imprinting
import ModelSurgery
import Torch
import Training

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct PretrainTrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a base.",
    discussion: """
      A folder gets the last checkpoint, the best one, and the numbers of the run for TensorBoard. A run that was ended \
      goes on with --resume and the settings that it was begun with, and comes to the very same weights.

      EXAMPLES
        imprint pretrain --data flowers --test-ratio 0.25 --start mobilenet.tflite --freeze-base -o run
        imprint pretrain --data flowers --start mobilenet.tflite --side 160 --epochs 10 --quantize uint8 -o run
        imprint pretrain --data flowers -o run --resume
      """)

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

  @Flag(help: "Go on with the last checkpoint, and the settings in it.")
  var resume = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard freezeBase || !recomputeEmbeddings else {
      throw ValidationError("--recompute-embeddings goes with --freeze-base.")
    }
    guard !resume || start == nil else {
      throw ValidationError("--resume goes on from the run's own weights: leave out --start.")
    }
  }

  func run() async throws {
    let words = "Stopped. The run goes on where it was with --resume."
    try await Interruption.guarding(or: words) { try await train() }
  }

  private func train() async throws {
    let library = try TorchLibrary()
    let run = try await trainingRun()
    let display = TrainingDisplay()
    defer { display.finish() }
    let result = try await Trainer(library).train(run) { display.show($0) }
    display.finish()
    let report = PretrainReport(result, run: run)
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }

  private func trainingRun() async throws -> TrainingRun {
    let folder = URL(filePath: output)
    let parts = try await pictures.load(.train).split(testRatio: testRatio)
    var run = TrainingRun(
      settings: try settings(), training: parts.training, test: testRatio > 0 ? parts.heldBack : nil, folder: folder,
      threads: place.threads)
    run.isResuming = resume
    run.isCachingEmbeddings = !recomputeEmbeddings
    run.device = try place.number()
    if resume {
      guard FileManager.default.fileExists(atPath: run.lastFile.path) else {
        throw TrainingError.nothingToResume(path: run.lastFile.path)
      }
      run.settings = try Checkpoint(contentsOf: run.lastFile).settings
    }
    run.start = try start.map { try StartingPoint(of: URL(filePath: $0), for: network.base()) }
    return run
  }

  private func settings() throws -> TrainingSettings {
    let base = try network.base()
    return TrainingSettings(
      architecture: base.name, side: Int(base.side), head: network.head, epochs: descent.epochs,
      batchSize: descent.batchSize, optimizer: descent.rule, rate: descent.learningRate(isBaseFrozen: freezeBase),
      weightDecay: descent.weightDecay, labelSmoothing: descent.labelSmoothing, averageDecay: descent.average,
      statisticsMomentum: descent.statisticsMomentum, isBaseFrozen: freezeBase,
      rounding: rounding.settings(epochs: descent.epochs), augmentation: variation.augmentation, seed: descent.seed)
  }
}
