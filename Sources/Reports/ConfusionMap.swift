import Heads

/// The confusions of a classifier: the confusion matrix as a map, if there are few enough classes, and a table of the most
/// frequent confusions.
struct ConfusionMap {
  let matrix: ConfusionMatrix

  /// With more classes, names and cells are unreadable.
  private static let mostClasses = 50
  /// With more classes, numbers do not fit into the cells.
  private static let mostNumbers = 20
  private static let listed = 20
  private static let characters = 18

  var html: String {
    let classes = matrix.classes
    var parts: [String] = []
    if classes.count <= Self.mostClasses {
      parts.append(Self.zoomed(svg(classes)))
      parts.append(
        """
        <p class="note">Rows are the true classes, columns the predicted ones; the darker a cell, the larger its share \
        of the row. Blue is correct, orange is wrong\(classes.count <= Self.mostNumbers ? "; numbers are percentages" : "").</p>
        """)
    } else {
      let folded = FoldedConfusions(matrix: matrix)
      if case let worst = folded.worst, worst.count > 1 {
        parts.append(
          "<p class=\"note\">Of \(classes.count) classes, the map shows the \(worst.count) that are confused most.</p>")
        parts.append(Self.zoomed(svg(worst)))
      }
      parts.append("<h3>The confusions of each class</h3>")
      parts.append(folded.list)
    }
    let confusions = matrix.confusions.prefix(Self.listed)
    if !confusions.isEmpty {
      parts.append("<h3>Most frequent confusions</h3>")
      parts.append(
        Markup.table(
          ["Class", "Taken for", "Share of the class", "Predictions"],
          confusions.map {
            [
              Markup.name(matrix.name($0.label)), Markup.name(matrix.name($0.predicted)), Markup.percent($0.share),
              "\($0.count)",
            ]
          }))
    }
    return parts.joined(separator: "\n")
  }

  /// Returns a map that fits into the page, and that a box shows in its full size.
  private static func zoomed(_ map: String) -> String {
    "<label class=\"zoom\"><input type=\"checkbox\"/> Full size</label>" + map
  }

  private func svg(_ classes: [Int]) -> String {
    let cell = max(15.0, min(34, 680 / Double(max(1, classes.count))))
    let names = classes.map { matrix.name($0) }
    let widest = names.map { Markup.width($0, Self.characters) }.max() ?? 0
    let (left, top) = (widest + 16, widest * 0.75 + 24)
    let side = cell * Double(classes.count)
    let (width, height) = (left + side + widest * 0.7 + 8, top + side + 8)
    var parts = [
      """
      <div class="scroll"><svg class="map" width="\(Markup.number(width))" height="\(Markup.number(height))" \
      viewBox="0 0 \(Markup.number(width)) \(Markup.number(height))" role="img" \
      aria-label="Confusion matrix; the table below has the most frequent confusions">
      """
    ]
    for (place, name) in names.enumerated() {
      let middle = (Double(place) + 0.5) * cell
      let short = Markup.shortText(name, Self.characters)
      let title = "<title>\(Markup.text(name))</title>"
      let (x, y) = (Markup.number(left + middle), Markup.number(top - 8))
      parts.append(
        "<text class=\"tick\" x=\"\(Markup.number(left - 8))\" y=\"\(Markup.number(top + middle))\" dy=\"0.35em\" "
          + "text-anchor=\"end\">\(short)\(title)</text>"
          + "<text class=\"tick\" transform=\"translate(\(x) \(y)) rotate(-45)\" dy=\"0.35em\">\(short)\(title)</text>")
    }
    for (row, label) in classes.enumerated() {
      let all = Double(max(1, matrix.total(label)))
      for (column, predicted) in classes.enumerated() {
        let share = Double(matrix[label, predicted]) / all
        let (x, y) = (left + Double(column) * cell, top + Double(row) * cell)
        let isRight = row == column
        parts.append(
          box(
            x: x, y: y, cell: cell, share: share, isRight: isRight, numbered: classes.count <= Self.mostNumbers,
            title: share > 0 ? "\(names[row]) taken for \(names[column]): \(matrix[label, predicted])" : nil))
      }
    }
    return parts.joined(separator: "\n") + "\n</svg></div>"
  }

  private func box(
    x: Double, y: Double, cell: Double, share: Double, isRight: Bool, numbered: Bool, title: String?
  ) -> String {
    let place = "x=\"\(Markup.number(x + 0.5))\" y=\"\(Markup.number(y + 0.5))\""
    let size = Markup.number(cell - 1)
    guard let title else { return "<rect class=\"none\" \(place) width=\"\(size)\" height=\"\(size)\"/>" }
    // Rare confusions stay visible.
    let strength = isRight ? 0.1 + 0.9 * share : 0.2 + 0.8 * min(1, 2 * share)
    var parts = [
      "<g><rect class=\"none\" \(place) width=\"\(size)\" height=\"\(size)\"/>"
        + "<rect class=\"\(isRight ? "right" : "wrong")\" \(place) width=\"\(size)\" height=\"\(size)\" "
        + "fill-opacity=\"\(Decimals.string(strength, places: 2))\"/>"
    ]
    let percent = Decimals.string(100 * share, places: 0)
    if numbered, percent != "0" {
      parts.append(
        "<text class=\"\(strength > 0.55 ? "count on" : "count")\" x=\"\(Markup.number(x + cell / 2))\" "
          + "y=\"\(Markup.number(y + cell / 2))\" dy=\"0.35em\">\(percent)</text>")
    }
    return parts.joined() + "<title>\(Markup.text(title))</title></g>"
  }
}
