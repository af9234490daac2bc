import ArgumentParser
import Heads
import Imprinting
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
    abstract: "Make an image classifier one that can be taught, and keep what it knows.",
    discussion: """
      The classifier's last layer is found and put behind the normalisation that imprinting needs. Its classes answer as \
      before, and new ones can be taught beside them or in their place. A bare embedding extractor gets an empty head.

      Pictures of the kind that the model is for make its scores as sharp as they were. Without them this is estimated; \
      which class wins is the same.

      EXAMPLES
        imprint model adapt mobilenet.tflite --output base.tflite
        imprint model adapt mobilenet.tflite --output base.tflite --calibration pictures
        imprint train --model base.tflite --keep-classes --data flowers --output flowers.tflite
      """)

  @Argument(help: "The model, a .tflite file: an image classifier with one output, or an embedding extractor.")
  var model: String

  @Option(name: [.customShort("o"), .long], help: "The model to write.")
  var output: String

  @Option(help: "How the new layers store numbers: float, or coral for the uint8 of Coral's tools, which is coarser.")
  var layout = TailLayout.float

  @Option(help: "A folder of pictures of the kind that the model is for.")
  var calibration: String?

  @Option(help: "How those pictures are brought to the model's size: \(Resize.words).")
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
    let adaptation = try Adaptation(of: Model(contentsOf: URL(filePath: model)))
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
        Coral's uint8 layout loses precision: some answers change. Coral's own ImprintingEngine drops the biases of the \
        kept classes when it saves; imprint keeps them
        """)
    }
    let report = try AdaptReport(adaptation, adapted: adapted, measured: measured, output: output)
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }

  private func measure(_ adaptation: Adaptation) async throws -> HeadCalibration? {
    guard let calibration else { return nil }
    let pictures = try PictureFiles.pictures(at: URL(filePath: calibration))
    return try await adaptation.calibration(
      pictures: pictures, resize: resize, threads: work.threads, runtime: Runtime(verbosity: .silent),
      skipped: { Terminal.warn("\($0)") })
  }
}

extension TailLayout: ExpressibleByArgument {}

/// What `model adapt` prints.
struct AdaptReport: Encodable {
  /// The last layer that was found, or nil of a bare extractor.
  let head: String?
  /// How many classes the model keeps.
  let classes: Int
  let features: Int
  /// What the cosines are multiplied by.
  let scale: Float
  /// ‖f‖ and the greatest logit, where pictures said so.
  let measuredLength: Float?
  let measuredLogit: Float?
  let output: String

  init(_ adaptation: Adaptation, adapted: Model, measured: HeadCalibration?, output: URL) throws {
    head = adaptation.head?.name
    classes = adaptation.head?.classCount ?? 0
    features = adaptation.dimension
    scale = try ImprintingTail(of: adapted).scale
    measuredLength = measured?.featureNorm
    measuredLogit = measured?.topLogit
    self.output = output.relativePath
  }

  var text: String {
    var lines: [String] = []
    if let head {
      lines.append("Found   a classifier: \(head), \(classes) classes on \(features) features")
    } else {
      lines.append("Found   a bare embedding extractor with \(features) features: there are no classes to keep")
    }
    if let measuredLength, let measuredLogit {
      lines.append(
        "Seen    features of length \(Decimals.string(Double(measuredLength), places: 1)), "
          + "greatest logit \(Decimals.string(Double(measuredLogit), places: 1))")
    }
    lines.append("Scale   \(Decimals.string(Double(scale), places: 1))")
    lines.append("Saved   \(output)")
    return lines.joined(separator: "\n")
  }
}
