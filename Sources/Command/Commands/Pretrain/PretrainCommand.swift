import ArgumentParser
import Heads
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
    abstract: "Train a base model.",
    discussion: """
      Writes the last checkpoint, the best checkpoint and a TensorBoard log to a folder. To continue an interrupted run, \
      repeat its command with --resume; the weights become exactly the same. With more --epochs or --steps, --resume \
      extends a finished run.

      EXAMPLES
        imprint pretrain --data flowers --pretrained base.tflite --freeze-base -o run
        imprint pretrain --data flowers --quantize uint8 --epochs 50 -o run
        imprint pretrain --data flowers --quantize uint8 --epochs 50 --resume -o run
      """)

  @OptionGroup var training: TrainingOptions

  @Flag(
    help: "Continue from the last checkpoint, with its settings; a finished run gets longer with --epochs or --steps.")
  var resume = false

  @OptionGroup(title: "Several workers") var workers: WorkerOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() async throws {
    let words = "Stopped. If training had begun, --resume continues it."
    try await Interruption.guarding(or: words) { try await train() }
  }

  private func train() async throws {
    let library = try TorchLibrary()
    let trainer = Trainer(library)
    guard let place = try workers.place() else {
      if let count = workers.workers, count > 1 { return try await WorkerLaunch(count: count).run() }
      return try await train(trainer, library, workers: nil)
    }
    let workers = try await trainer.join(
      place, device: training.torch.number(for: place), limit: .seconds(workers.workerTimeout))
    try await workers.run { try await train(trainer, library, workers: workers) }
  }

  private func train(_ trainer: Trainer, _ library: TorchLibrary, workers: Workers?) async throws {
    let basics = training.basics
    let pictures = try await basics.pictures.load(.train)
    let validation = basics.testRatio > 0 ? nil : try await basics.pictures.loadValidation(of: pictures)
    let run = try training.run(on: pictures, validation: validation, isResuming: resume, workers: workers)
    // One worker speaks for all.
    let isSpeaking = workers?.isFirst ?? true
    let display = TrainingDisplay()
    defer { display.finish() }
    let result = try await trainer.train(run) { event in if isSpeaking { display.show(event) } }
    display.finish()
    guard isSpeaking else { return }
    let report = PretrainReport(result, run: run, libtorch: library.version)
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }
}

struct PretrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pretrain",
    abstract: "Train your own base model for imprinting.",
    discussion: """
      Trains MobileNet v1 or EfficientNet-Lite0 with L2-normalised embeddings, from random or pretrained weights, in float \
      or quantisation-aware for the Edge TPU. Needs libtorch, which scripts/setup --training installs.

      EXAMPLES
        imprint pretrain --data flowers --pretrained mobilenet.tflite -o run
        imprint pretrain evaluate run/best.safetensors --data more-flowers
        imprint pretrain export run/best.safetensors -o base.tflite
        imprint train --model base.tflite --data new-flowers --output new.tflite
      """,
    // Without libtorch, the help does not list the command, but running it reports what is missing.
    shouldDisplay: TorchLibrary.isInstalled,
    subcommands: [
      PretrainTrainCommand.self, PretrainEvaluateCommand.self, PretrainExportCommand.self,
      PretrainExperimentCommand.self,
    ],
    defaultSubcommand: PretrainTrainCommand.self)
}

/// What `pretrain` prints.
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
      Trained for \(Table.counted(epochs.count, "epoch", "epochs")) on \(pictures) pictures of \(classes) classes in \
      \(Decimals.string(embeddingSeconds + stepSeconds, places: 1)) s; \(Table.percent(waitingShare)) of the step time was \
      spent waiting for pictures
      """
    ]
    if let evaluation { lines += evaluation.lines }
    lines += ["Best  \(best)", "Last  \(last)"]
    return lines.joined(separator: "\n")
  }
}
