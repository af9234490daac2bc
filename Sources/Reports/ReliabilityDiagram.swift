import Heads

/// A reliability diagram: accuracy against confidence. The closer the tops of the bars are to the diagonal, the better the
/// scores are calibrated.
struct ReliabilityDiagram {
  let title: String
  let reliability: Reliability

  private static let (left, top, side) = (44.0, 10.0, 240.0)

  /// Returns diagrams side by side, with a note on how to read them.
  static func panels(_ diagrams: [ReliabilityDiagram]) -> String {
    """
    <p class="note">Predictions grouped by their confidence: bars show the accuracy of each group, discs its mean \
    confidence. Bars that end at the dashed line are well calibrated: the confidence equals the accuracy.</p>
    <div class="panels">\(diagrams.map(\.svg).joined(separator: "\n"))</div>
    """
  }

  var svg: String {
    let (left, top, side) = (Self.left, Self.top, Self.side)
    let bottom = top + side
    let all = Double(max(1, reliability.count))
    let width = side / Double(reliability.bins.count)
    var parts = [
      "<svg class=\"chart\" viewBox=\"0 0 300 372\" role=\"img\" aria-label=\"Accuracy against confidence\">"
    ]
    for index in 0...5 {
      let share = Double(index) / 5
      let (x, y) = (Markup.number(left + share * side), Markup.number(bottom - share * side))
      let label = Decimals.string(share, places: 1)
      parts.append(
        "<line class=\"grid\" x1=\"\(left)\" x2=\"\(left + side)\" y1=\"\(y)\" y2=\"\(y)\"/>"
          + "<text class=\"tick\" x=\"\(left - 6)\" y=\"\(y)\" dy=\"0.35em\" text-anchor=\"end\">\(label)</text>"
          + "<text class=\"tick\" x=\"\(x)\" y=\"\(bottom + 16)\" text-anchor=\"middle\">\(label)</text>")
    }
    for (place, bin) in reliability.bins.enumerated() where bin.count > 0 {
      let x = Markup.number(left + Double(place) * width + 1)
      let height = bin.accuracy * side
      let (confidence, accuracy) = (left + bin.confidence * side, bottom - height)
      let share = Double(bin.count) / all * 48
      parts.append(
        "<g><rect class=\"share\" x=\"\(x)\" y=\"\(Markup.number(bottom + 82 - share))\" "
          + "width=\"\(Markup.number(width - 2))\" height=\"\(Markup.number(share))\"/>"
          + "<rect class=\"hit\" x=\"\(x)\" y=\"\(Markup.number(accuracy))\" width=\"\(Markup.number(width - 2))\" "
          + "height=\"\(Markup.number(height))\"/>"
          + "<circle class=\"mean\" cx=\"\(Markup.number(confidence))\" cy=\"\(Markup.number(accuracy))\" r=\"4\"/>"
          + "<title>\(bin.count) predictions, mean confidence \(Decimals.string(bin.confidence, places: 3)), "
          + "accuracy \(Decimals.string(bin.accuracy, places: 3))</title></g>")
    }
    parts.append(
      "<line class=\"ideal\" x1=\"\(left)\" y1=\"\(bottom)\" x2=\"\(left + side)\" y2=\"\(top)\"/>"
        + "<line class=\"grid\" x1=\"\(left)\" x2=\"\(left + side)\" y1=\"\(bottom + 82)\" y2=\"\(bottom + 82)\"/>"
        + "<text class=\"axis\" x=\"\(left + side / 2)\" y=\"\(bottom + 102)\" text-anchor=\"middle\">"
        + "confidence; below, number of predictions</text></svg>")
    let error = Decimals.string(reliability.expectedCalibrationError, places: 3)
    return "<figure class=\"panel\"><figcaption><strong>\(Markup.text(title))</strong> calibration error \(error)"
      + "</figcaption>\n\(parts.joined(separator: "\n"))</figure>"
  }
}
