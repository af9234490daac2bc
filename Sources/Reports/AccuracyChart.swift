package import Heads

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A chart of accuracy against shots: a line for each method with its 95 % intervals, distinguished by colour, mark and name.
struct AccuracyChart {
  /// The accuracy of a method with several numbers of pictures per class.
  struct Line {
    let name: String
    let points: [(shots: Shots, accuracy: Estimate)]
  }

  private struct Point {
    let x: Double
    let shots: Shots
    let accuracy: Estimate
  }

  private let methods: [(name: String, points: [Point])]
  private let ticks: [(x: Double, label: String)]
  private let lowest: Double

  private static let (left, right, top, bottom) = (52.0, 560.0, 16.0, 320.0)
  private static let (width, height) = (720.0, 372.0)

  init(_ results: EpisodeResults) {
    var names: [String] = []
    for row in results.rows where !names.contains(row.method) { names.append(row.method) }
    let lines = names.map { name in
      Line(name: name, points: results.rows.filter { $0.method == name }.map { ($0.shots, $0.accuracy) })
    }
    // "All" is placed at the average number of training pictures per class.
    let all = Double(results.pictures) * (1 - results.episodes.testRatio) / Double(max(1, results.classes.count))
    self.init(lines, all: all)
  }

  /// Creates a chart.
  ///
  /// - Parameters:
  ///   - lines: The methods.
  ///   - all: The number of pictures per class that ``Shots/all`` stands for.
  init(_ lines: [Line], all: Double = 1) {
    var shots: [Shots] = []
    for point in lines.flatMap(\.points) where !shots.contains(point.shots) { shots.append(point.shots) }
    func place(_ shots: Shots) -> Double {
      switch shots {
      case .count(let count): log2(Double(count))
      case .all: log2(max(1, all))
      }
    }
    let places = shots.map(place)
    let (first, last) = (places.min() ?? 0, places.max() ?? 0)
    func x(_ shots: Shots) -> Double {
      let share = last > first ? (place(shots) - first) / (last - first) : 0.5
      return Self.left + 24 + share * (Self.right - Self.left - 48)
    }
    ticks = shots.map { (x($0), "\($0)") }
    methods = lines.map { line in
      (
        line.name,
        line.points.map { Point(x: x($0.shots), shots: $0.shots, accuracy: $0.accuracy) }.sorted { $0.x < $1.x }
      )
    }
    let low = lines.flatMap(\.points).map { $0.accuracy.mean - ($0.accuracy.margin ?? 0) }.min() ?? 0
    lowest = min(0.9, max(0, ((low - 0.02) * 10).rounded(.down) / 10))
  }

  private func y(_ accuracy: Double) -> Double {
    let share = (min(max(accuracy, lowest), 1) - lowest) / (1 - lowest)
    return Self.bottom - share * (Self.bottom - Self.top)
  }

  var svg: String {
    let (left, right, bottom) = (Self.left, Self.right, Self.bottom)
    var parts = [
      """
      <div class="scroll"><svg class="chart wide" viewBox="0 0 \(Markup.number(Self.width)) \
      \(Markup.number(Self.height))" role="img" \
      aria-label="Accuracy by number of training pictures per class; the table below has the numbers">
      """
    ]
    let step = 1 - lowest > 0.45 ? 0.1 : 0.05
    for index in 0...Int(((1 - lowest) / step).rounded()) {
      let value = lowest + Double(index) * step
      let place = Markup.number(y(value))
      parts.append(
        "<line class=\"grid\" x1=\"\(left)\" x2=\"\(right)\" y1=\"\(place)\" y2=\"\(place)\"/>"
          + "<text class=\"tick\" x=\"\(left - 8)\" y=\"\(place)\" dy=\"0.35em\" text-anchor=\"end\">"
          + "\(Markup.percent(value, places: 0))</text>")
    }
    for tick in ticks {
      parts.append(
        "<text class=\"tick\" x=\"\(Markup.number(tick.x))\" y=\"\(bottom + 20)\" text-anchor=\"middle\">"
          + "\(Markup.text(tick.label))</text>")
    }
    parts.append(
      "<text class=\"axis\" x=\"\((left + right) / 2)\" y=\"\(bottom + 42)\" text-anchor=\"middle\">"
        + "training pictures per class</text>")
    for (place, method) in methods.enumerated() { parts.append(line(method.name, method.points, place)) }
    parts += names
    return parts.joined(separator: "\n") + "\n</svg></div>"
  }

  private func line(_ name: String, _ points: [Point], _ place: Int) -> String {
    let series = "s\(place % 8)"
    // Shift the methods sideways, so that their intervals do not overlap.
    let shift = 5 * (Double(place) - Double(methods.count - 1) / 2)
    let path = points.map { "\(Markup.number($0.x + shift)),\(Markup.number(y($0.accuracy.mean)))" }
    var parts = ["<polyline class=\"line \(series)\" points=\"\(path.joined(separator: " "))\"/>"]
    for point in points {
      let accuracy = point.accuracy
      let x = Markup.number(point.x + shift)
      if let margin = accuracy.margin {
        let (high, low) = (Markup.number(y(accuracy.mean + margin)), Markup.number(y(accuracy.mean - margin)))
        parts.append("<path class=\"bar \(series)\" d=\"M\(x) \(high)V\(low)m-3 0h6M\(x) \(high)m-3 0h6\"/>")
      }
      parts.append(
        "<g transform=\"translate(\(x) \(Markup.number(y(accuracy.mean))))\"><path class=\"mark \(series)\" "
          + "d=\"\(Self.marks[place % Self.marks.count])\"/><title>\(Markup.text(name)), "
          + "\(Markup.text("\(point.shots)")) per class: \(Markup.interval(accuracy))</title></g>")
    }
    return parts.joined(separator: "\n")
  }

  /// The names of the methods beside the ends of their lines, moved apart where they would overlap.
  private var names: [String] {
    let ends = methods.enumerated().compactMap { place, method in
      method.points.last.map { (place: place, name: method.name, y: y($0.accuracy.mean)) }
    }.sorted { ($0.y, $0.place) < ($1.y, $1.place) }
    var places: [Double] = []
    for end in ends { places.append(max(end.y, (places.last ?? -.infinity) + 19)) }
    let excess = max(0, (places.last ?? 0) - Self.bottom)
    return zip(ends, places).map { end, place in
      let height = Markup.number(place - excess)
      return "<g transform=\"translate(\(Self.right + 16) \(height))\"><path class=\"mark s\(end.place % 8)\" "
        + "d=\"\(Self.marks[end.place % Self.marks.count])\"/><text class=\"series\" x=\"12\" dy=\"0.35em\">"
        + "\(Markup.shortText(end.name, 18))</text></g>"
    }
  }

  // A disc, a square, a triangle, a diamond, a cross, an inverted triangle.
  private static let marks = [
    "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z", "M-4-4h8v8h-8z", "M0-5.5L5.2 4h-10.4z", "M0-6L6 0L0 6L-6 0z",
    "M-5-2h3v-3h4v3h3v4h-3v3h-4v-3h-3z", "M0 5.5L5.2-4h-10.4z",
  ]
}

extension ReportPage {
  /// A section with the accuracies of several methods by number of pictures per class: a chart and a table.
  package struct Accuracies {
    let title: String
    let note: String
    let lines: [AccuracyChart.Line]

    /// Creates a section.
    ///
    /// - Parameters:
    ///   - title: The title.
    ///   - note: A note below the chart.
    ///   - methods: The name of each method, and its accuracy by number of pictures per class.
    package init(
      title: String, note: String, methods: [(name: String, points: [(shots: Int, accuracy: Estimate)])]
    ) {
      self.title = title
      self.note = note
      lines = methods.map { method in
        AccuracyChart.Line(name: method.name, points: method.points.map { (.count($0.shots), $0.accuracy) })
      }
    }

    fileprivate var body: String {
      let shots = lines.first?.points.map(\.shots) ?? []
      let rows = lines.map { line in
        [Markup.text(line.name)]
          + shots.map { shots in
            line.points.first { $0.shots == shots }.map { Markup.interval($0.accuracy) } ?? "–"
          }
      }
      return AccuracyChart(lines).svg + "<p class=\"note\">\(Markup.text(note))</p>"
        + Markup.table(["Method"] + shots.map { Markup.text("\($0)") }, rows)
    }
  }

  /// Creates a page of accuracies.
  package init(title: String, facts: [Fact], accuracies: [Accuracies]) {
    self.init(title: title, facts: facts, sections: accuracies.map { ($0.title, $0.body) })
  }
}
