import ArgumentParser
import Torch

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
