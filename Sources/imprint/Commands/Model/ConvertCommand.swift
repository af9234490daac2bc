import ArgumentParser
import Heads
import Imprinting
import Inference
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
    abstract: "Make a float model from the weights of a training framework.",
    discussion: """
      The weights are a PyTorch state file, of either layout, safetensors, or a TensorFlow checkpoint, which is named \
      by its prefix; of MobileNet v1 with the names of TensorFlow's slim. A pickle in them can construct nothing but \
      tensors.

      EXAMPLES
        imprint model convert --architecture efficientnet-lite0 efficientnet-lite0.pth -o lite0.tflite
        imprint model convert --architecture mobilenet-v1-0.25 mobilenet_v1_0.25_224.ckpt -o mobilenet.tflite
      """)

  @Option(help: "The network that the weights are of: \(Architecture.known.map(\.name).joined(separator: ", ")).")
  var architecture: Architecture

  @Argument(help: "The weights.")
  var weights: String

  @Option(name: [.short, .long], help: "The model to write, a .tflite file.")
  var output: String

  @OptionGroup var naming: LabelOption

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let file = URL(filePath: output)
    let source = URL(filePath: weights)
    try OutputFile.check(file, notReplacing: [source])
    let weights = try NamedWeights(contentsOf: source).named(for: architecture)
    var model = try architecture.model(weights: weights)
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

extension Architecture: ExpressibleByArgument {
  public init?(argument: String) { self.init(name: argument) }
  public static var allValueStrings: [String] { known.map(\.name) }
}

/// What was converted into what.
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
    It takes float pictures of \(side) x \(side)
    Model  \(place), \(Decimals.string(Double(bytes) / 1e6, places: 1)) MB
    """
  }
}
