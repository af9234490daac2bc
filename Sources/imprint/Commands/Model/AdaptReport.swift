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
