import ArgumentParser
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct AppendSoftmaxCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "append-softmax",
    abstract: "Append a fully connected layer and a softmax to an embedding extractor.",
    discussion: """
      The weights come from a file with a tensor 'weights' of the shape [classes, elements] and a tensor 'biases' of the \
      shape [classes]: safetensors, a PyTorch state file or a TensorFlow checkpoint. After a quantised extractor the layer is \
      quantised too. Coral: append_fully_connected_and_softmax_layer.

      EXAMPLES
        imprint model append-softmax extractor.tflite --weights head.safetensors -o classifier.tflite
      """)

  @Argument(help: "Embedding extractor, a .tflite file.")
  var model: String

  @Option(help: ArgumentHelp("File with the tensors 'weights' and 'biases'.", valueName: "file"))
  var weights: String

  @Option(
    help: ArgumentHelp(
      """
      Least and greatest logit, of a quantised layer. (default: all that the weights and the extractor's range allow, which \
      is less precise)
      """, valueName: "least,greatest"))
  var logits: LogitRange?

  @OptionGroup var labels: LabelOption

  @Option(name: .shortAndLong, help: ArgumentHelp("Model to write.", valueName: "file"))
  var output: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let (source, list, file) = (URL(filePath: model), URL(filePath: weights), URL(filePath: output))
    try OutputFile.check(file, notReplacing: [source, list])
    let read = try NamedWeights(contentsOf: list)
    guard let rows = read["weights"], let offsets = read["biases"] else {
      throw UsageError(
        "\(weights) has no tensors 'weights' and 'biases'", remedy: "give the two tensors these names")
    }
    guard rows.shape.count == 2, offsets.shape == [rows.shape[0]] else {
      throw UsageError(
        "'weights' has the shape \(rows.shape) and 'biases' \(offsets.shape)",
        remedy: "[classes, elements] and [classes] are needed")
    }
    var made = try LocatedError.naming(source) {
      try Model(contentsOf: source).appendingSoftmaxLayer(
        weights: rows.elements, biases: offsets.elements, logits: logits?.range)
    }
    try made.describeClassifier(name: "Image classifier", labels: try labels.lines(count: offsets.shape[0]))
    let report = try PartReport.writing(made, to: file)
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }
}

/// The value `least,greatest` of `append-softmax --logits`.
struct LogitRange: ExpressibleByArgument {
  let range: ClosedRange<Float>

  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
    guard numbers.count == 2, let least = numbers[0], let greatest = numbers[1], least <= greatest, least.isFinite,
      greatest.isFinite
    else { return nil }
    range = least...greatest
  }
}
