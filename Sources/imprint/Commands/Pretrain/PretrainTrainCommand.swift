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
