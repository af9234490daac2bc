import ArgumentParser
import Heads
import Inference
import LiteRT
import ModelSurgery
import Pictures
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct AdaptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adapt",
    abstract: "Prepare an image classifier for imprinting, and keep its classes.",
    discussion: """
      Inserts the L2 normalisation that imprinting needs before the last layer. The classifier ranks its classes as before, \
      and new classes can be imprinted beside them or instead of them. An embedding extractor gets an empty head.

      The scores of the classes become higher or lower, because the new layers ignore the length of the embedding. With       --calibration, the typical length is measured on pictures, and the scores stay the same on average; without, it is       estimated.

      EXAMPLES
        imprint model adapt mobilenet.tflite -o base.tflite
        imprint model adapt mobilenet.tflite -o base.tflite --calibration pictures
        imprint train --model base.tflite --keep-classes --data flowers -o new.tflite
      """)

  @Argument(help: "Model, a .tflite file: an image classifier with one output, or an embedding extractor.")
  var model: String

  @Option(name: .shortAndLong, help: ArgumentHelp("Model to write.", valueName: "file"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "Type of the new layers: float, or the less precise uint8 of Coral's tools.", valueName: "type"))
  var layout = TailLayout.float

  @Option(help: ArgumentHelp("Folder of pictures that are typical for the model.", valueName: "folder"))
  var calibration: String?

  @Option(
    help: ArgumentHelp("How to fit these pictures to the model's input: \(Resize.values).", valueName: "mode"))
  var resize = Resize.crop

  @OptionGroup var naming: LabelOption

  @OptionGroup var work: ThreadOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() async throws {
    try await Interruption.guarding(or: "Stopped: nothing was written.") { try await adapt() }
  }

  private func adapt() async throws {
    let output = URL(filePath: output)
    try OutputFile.check(output)
    let source = URL(filePath: model)
    let adaptation = try LocatedError.naming(source) { try Adaptation(of: Model(contentsOf: source)) }
    let labels = try naming.lines(count: adaptation.head?.classCount ?? 0)
    let measured = try await measure(adaptation)
    var adapted = try adaptation.model(layout: layout, calibration: measured)
    if let labels = labels ?? adapted.carriedLabels?.lines(count: adaptation.head?.classCount ?? 0) {
      try adapted.describeClassifier(name: "Image classifier", labels: labels)
    }
    try adapted.serialized().write(to: output)
    if layout == .coral, adaptation.head != nil {
      Terminal.warn(
        """
        Coral's uint8 layout is less precise, so some answers change. Coral's own ImprintingEngine drops the biases of \
        the kept classes when it saves; imprint keeps them
        """)
    }
    let report = try AdaptReport(adaptation, adapted: adapted, measured: measured, output: output)
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }

  private func measure(_ adaptation: Adaptation) async throws -> HeadCalibration? {
    guard let calibration else { return nil }
    let pictures = try Terminal.pictures(at: calibration)
    try OutputFile.check([URL(filePath: output)], notReplacing: pictures)
    return try await adaptation.calibration(
      pictures: pictures, resize: resize, threads: work.threads, runtime: Runtime(verbosity: .silent),
      trial: ModelTrial.run,
      skipped: { Terminal.warn($0) })
  }
}

/// What `model adapt` prints.
struct AdaptReport: Encodable {
  /// The operator of the last layer, or nil for an extractor.
  let head: String?
  /// The number of kept classes.
  let classes: Int
  let features: Int
  /// The scale, which multiplies the cosines.
  let scale: Float
  /// ‖f‖ and the highest logit, measured on the calibration pictures.
  let featureNorm: Float?
  let topLogit: Float?
  let output: String

  init(_ adaptation: Adaptation, adapted: Model, measured: HeadCalibration?, output: URL) throws {
    head = adaptation.head?.name
    classes = adaptation.head?.classCount ?? 0
    features = adaptation.dimension
    scale = try ImprintingTail(of: adapted).scale
    featureNorm = measured?.featureNorm
    topLogit = measured?.topLogit
    self.output = output.relativePath
  }

  var text: String {
    var lines: [String] = []
    if let head {
      lines.append("Found     a classifier: \(head), \(classes) classes on \(features) features")
    } else {
      lines.append("Found     an embedding extractor with \(features) features and no classes to keep")
    }
    if let featureNorm, let topLogit {
      lines.append(
        "Measured  feature norm \(Decimals.string(Double(featureNorm), places: 1)), "
          + "highest logit \(Decimals.string(Double(topLogit), places: 1))")
    }
    lines.append("Scale     \(Decimals.string(Double(scale), places: 1))")
    if head != nil {
      lines.append(
        "Scores    the classes rank as before; their scores are "
          + (featureNorm == nil
            ? "higher or lower than before (--calibration corrects them on average)" : "as before on average"))
    }
    lines.append("Model     \(output)")
    return lines.joined(separator: "\n")
  }
}
