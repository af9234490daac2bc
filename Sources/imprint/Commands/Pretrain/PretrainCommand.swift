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

struct PretrainTrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a base.",
    discussion: """
      A folder gets the last checkpoint, the best one, and the numbers of the run for TensorBoard. A run that was ended \
      goes on when the same command is given again with --resume, and comes to the very same weights.

      EXAMPLES
        imprint pretrain --data flowers --test-ratio 0.25 --start mobilenet.tflite --freeze-base -o run
        imprint pretrain --data flowers --start mobilenet.tflite --side 160 --epochs 10 --quantize uint8 -o run
        imprint pretrain --data flowers --test-ratio 0.25 -o run --resume
      """)

  @OptionGroup var training: TrainingOptions

  @Flag(help: "Go on with the last checkpoint, and its settings.")
  var resume = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() async throws {
    let words = "Stopped. A run that had begun to train goes on where it was with --resume."
    try await Interruption.guarding(or: words) { try await train() }
  }

  private func train() async throws {
    let library = try TorchLibrary()
    let pictures = try await training.pictures.load(.train)
    let run = try training.run(on: pictures, isResuming: resume)
    let display = TrainingDisplay()
    defer { display.finish() }
    let result = try await Trainer(library).train(run) { display.show($0) }
    display.finish()
    let report = PretrainReport(result, run: run, libtorch: library.version)
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }
}

struct PretrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pretrain",
    abstract: "Train a base of one's own, to be taught new classes later.",
    discussion: """
      What 'imprint train' does in seconds stands on a base that was trained for hours. This trains one: MobileNet v1 or \
      EfficientNet-Lite0 with L2-normalised embeddings, from random weights or from others', in floats or for the bytes \
      of the Edge TPU. It needs libtorch: scripts/setup --training gets it.

      EXAMPLES
        imprint pretrain --data flowers --test-ratio 0.25 --start mobilenet_v1_1.0_224_quant.tflite -o run
        imprint pretrain evaluate run/best.safetensors --data more-flowers
        imprint pretrain export run/best.safetensors -o base.tflite
        imprint train --model base.tflite --data new-flowers --output new.tflite
      """,
    // Listed where it can be used; elsewhere it says what is missing.
    shouldDisplay: TorchLibrary.isInstalled,
    subcommands: [
      PretrainTrainCommand.self, PretrainEvaluateCommand.self, PretrainExportCommand.self,
      PretrainExperimentCommand.self,
    ],
    defaultSubcommand: PretrainTrainCommand.self)
}

/// What training came to, for people and as JSON.
struct PretrainReport: Encodable {
  let pictures, classes: Int
  let epochs: [EpochResult]
  let evaluation: NetworkReport?
  let best, last: String
  let libtorch: String
  let embeddingSeconds, stepSeconds, waitingShare: Double

  init(_ result: TrainingResult, run: TrainingRun, libtorch: String) {
    self.libtorch = libtorch
    pictures = run.training.count
    classes = run.training.labels.count
    epochs = result.history
    evaluation = result.evaluation.map { NetworkReport($0) }
    best = run.bestFile.relativePath
    last = run.lastFile.relativePath
    embeddingSeconds = result.embeddingSeconds
    stepSeconds = result.stepSeconds
    waitingShare = result.stepSeconds > 0 ? result.waitingSeconds / result.stepSeconds : 0
  }

  var text: String {
    var lines = [
      """
      Trained for \(Table.counted(epochs.count, "epoch", "epochs")) on \(pictures) pictures of \(classes) classes, in \
      \(Decimals.string(embeddingSeconds + stepSeconds, places: 1)) s, \(Table.percent(waitingShare)) of the steps' time \
      waiting for pictures
      """
    ]
    if let evaluation { lines += evaluation.lines }
    lines += ["Best  \(best)", "Last  \(last)"]
    return lines.joined(separator: "\n")
  }
}
