import Heads

/// A chart of accuracy against coverage, as the least score of an answer rises.
struct CoverageChart {
  /// The names of the curves, and the curves.
  let curves: [(name: String, curve: AnswerCurve)]

  private static let (left, top, width, height) = (48.0, 10.0, 360.0, 220.0)
  // More points cannot be told apart.
  private static let mostPoints = 200

  var html: String {
    let shares = [1, 0.95, 0.9, 0.8, 0.7, 0.5]
    let rows = curves.flatMap { name, curve in
      var before: Double?
      return shares.compactMap { curve.point(covering: $0) }.compactMap { point -> [String]? in
        guard point.threshold != before else { return nil }
        before = point.threshold
        let interval = point.interval
        return [
          Markup.text(name), Markup.percent(point.coverage), Markup.percent(point.accuracy),
          "\(Markup.percent(interval.lowerBound))–\(Markup.percent(interval.upperBound))",
          Decimals.string(point.threshold, places: 3),
        ]
      }
    }
    return """
      <p class="note">Only pictures with at least a score get an answer: the higher the least score, the fewer the answers, and \
      the more of them are right.</p>
      <div class="panels"><figure class="panel">\(svg)</figure></div>
      \(Markup.table(["By", "Answered", "Right", "95 % interval", "Least score"], rows))
      """
  }

  private var svg: String {
    let (left, top, width, height) = (Self.left, Self.top, Self.width, Self.height)
    let least = curves.flatMap { $0.curve.points }.filter { $0.coverage > 0.05 }.map(\.accuracy).min() ?? 0
    let lowest = min(0.9, max(0, (least * 10).rounded(.down) / 10))
    let y = { (share: Double) in top + height * (1 - (max(share, lowest) - lowest) / (1 - lowest)) }
    var parts = [
      "<svg class=\"chart\" viewBox=\"0 0 430 290\" role=\"img\" aria-label=\"Accuracy of the answers against their share\">"
    ]
    for index in 0...5 {
      let share = Double(index) / 5
      let accuracy = lowest + share * (1 - lowest)
      parts.append(
        "<line class=\"grid\" x1=\"\(left)\" x2=\"\(left + width)\" y1=\"\(Markup.number(y(accuracy)))\" "
          + "y2=\"\(Markup.number(y(accuracy)))\"/><text class=\"tick\" x=\"\(left - 6)\" "
          + "y=\"\(Markup.number(y(accuracy)))\" dy=\"0.35em\" text-anchor=\"end\">"
          + "\(Markup.percent(accuracy, places: 0))</text><text class=\"tick\" "
          + "x=\"\(Markup.number(left + share * width))\" y=\"\(top + height + 18)\" text-anchor=\"middle\">"
          + "\(Markup.percent(share, places: 0))</text>")
    }
    for (place, item) in curves.enumerated() {
      let points = item.curve.points
      let step = max(1, points.count / Self.mostPoints)
      let shown = points.indices.filter { $0 % step == 0 || $0 == points.count - 1 }.map { points[$0] }
      let path = shown.map { "\(Markup.number(left + $0.coverage * width)),\(Markup.number(y($0.accuracy)))" }
      parts.append("<polyline class=\"line s\(place)\" points=\"\(path.joined(separator: " "))\"/>")
      parts.append(
        "<path class=\"mark s\(place)\" d=\"M\(left + 8 + Double(place) * 180) \(top + height + 46)h12v4h-12z\"/>"
          + "<text class=\"series\" x=\"\(left + 26 + Double(place) * 180)\" y=\"\(top + height + 52)\">"
          + "\(Markup.text(item.name))</text>")
    }
    return parts.joined(separator: "\n")
      + "<text class=\"axis\" x=\"\(left + width / 2)\" y=\"\(top + height + 34)\" text-anchor=\"middle\">answered</text></svg>"
  }
}
