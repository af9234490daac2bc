import Heads

extension ReportPage {
  /// Accuracies of several methods with several numbers of pictures a class: a drawing and a table.
  package struct Accuracies {
    let title: String
    let note: String
    let lines: [AccuracyChart.Line]

    /// - Parameters:
    ///   - title: What is measured.
    ///   - note: What there is to say about it.
    ///   - methods: For each method its name, and its accuracy with some numbers of pictures a class.
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
            line.points.first { $0.shots == shots }.map { Markup.text("\($0.accuracy)") } ?? "–"
          }
      }
      return AccuracyChart(lines).svg + "<p class=\"note\">\(Markup.text(note))</p>"
        + Markup.table(["Method"] + shots.map { Markup.text("\($0)") }, rows)
    }
  }

  /// A page of accuracies.
  package init(title: String, facts: [Fact], accuracies: [Accuracies]) {
    self.init(title: title, facts: facts, sections: accuracies.map { ($0.title, $0.body) })
  }
}
