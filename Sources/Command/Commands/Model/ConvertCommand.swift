import ArgumentParser
import Heads
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Convert the weights of a training framework to a float model.",
    discussion: """
      Reads PyTorch state files, safetensors, and TensorFlow checkpoints, which are named by their prefix; weights of \
      MobileNet v1 must have the names of TensorFlow's slim; a checkpoint of Coral's mobilenet_v1_l2norm_train.py keeps \
      its head for imprinting. Pickled code is never run: only tensors are read.

      EXAMPLES
        imprint model convert a.pth --architecture efficientnet-lite0 -o a.tflite
        imprint model convert b.ckpt --architecture mobilenet-v1-0.25 -o b.tflite
      """)

  @Option(help: ArgumentHelp("Architecture of the network.", valueName: "name"))
  var architecture: Architecture

  @Argument(help: "File of weights.")
  var weights: String

  @Option(name: .shortAndLong, help: ArgumentHelp("Model to write.", valueName: "file"))
  var output: String

  @OptionGroup var naming: LabelOption

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let file = URL(filePath: output)
    let source = URL(filePath: weights)
    try OutputFile.check(file, notReplacing: [source])
    let stored = try NamedWeights(contentsOf: source)
    let weights = stored.named(for: architecture)
    // Coral's training script leaves another head than the architecture's.
    let isCoral = CoralCheckpoint.isNormalized(stored)
    var model =
      if isCoral { try CoralCheckpoint(stored, for: architecture).network.floatModel() } else {
        try architecture.model(weights: weights)
      }
    let output = try model.onlyInputAndOutput().output
    if let labels = try naming.lines(count: model.mainSubgraph?.tensor(output)?.elementCount ?? 0) {
      try model.describeClassifier(name: architecture.name, labels: labels)
    }
    let serialized = try model.serialized()
    try serialized.write(to: file)
    let report = ConversionReport(architecture, weights, bytes: serialized.count, output: file)
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }
}

/// What `model convert` prints.
struct ConversionReport: Encodable {
  let architecture: String
  let side: Int
  let weights: Int
  let bytes: Int
  let model: String
  private let place: String

  private enum CodingKeys: CodingKey {
    case architecture, side, weights, bytes, model
  }

  init(_ architecture: Architecture, _ weights: NamedWeights, bytes: Int, output: URL) {
    self.architecture = architecture.name
    side = Int(architecture.side)
    self.weights = architecture.weights.reduce(0) { $0 + (weights[$1.name]?.count ?? 0) }
    self.bytes = bytes
    model = output.path
    place = output.relativePath
  }

  var text: String {
    """
    Converted \(Decimals.string(Double(weights) / 1e6, places: 1)) million weights of \(architecture)
    Input  float pictures of \(side) x \(side)
    Model  \(place), \(Table.megabytes(bytes))
    """
  }
}
