public import Heads
public import Pictures

extension ReportPage {
  /// Creates the page of a leave-one-out cross-validation: accuracy, confusions, and the pictures that look mislabelled.
  ///
  /// - Parameters:
  ///   - leaveOneOut: The cross-validation.
  ///   - title: The title of the page.
  ///   - facts: Further facts at the top of the page.
  ///   - resize: How the thumbnails become square.
  ///   - tested: An evaluation on pictures that were held back, shown first; nil for none.
  ///   - link: Returns the address to which the page links a picture, from its path; nil for no link.
  ///   - file: Returns the path of a picture's file from the picture's name, or nil where it has none.
  /// - Throws: The errors of ``Thumbnails/init(of:resize:isolation:)``.
  public init(
    _ leaveOneOut: LeaveOneOut, title: String, facts: [Fact] = [], resize: Resize = .crop,
    tested: Evaluation? = nil, isolation: isolated (any Actor)? = #isolation,
    link: (String) -> String? = { _ in nil }, file: (String) -> String? = { $0 }
  ) async throws {
    let doubtful = leaveOneOut.mislabelled.prefix(Self.mostPictures).compactMap { suspect in
      file(suspect.picture).map { (suspect, $0) }
    }
    let evaluation = try Evaluation(leaveOneOut)
    let thumbnails = try await Thumbnails(of: doubtful.map(\.1), resize: resize)
    let interval = leaveOneOut.interval
    var head = [
      Fact("Pictures", "\(leaveOneOut.predictions.count + leaveOneOut.singles.count)"),
      Fact("Classes", "\(leaveOneOut.classes.count)"),
      Fact("Leave-one-out accuracy", Markup.percent(leaveOneOut.accuracy)),
      Fact("95 % interval", "\(Markup.percent(interval.lowerBound))–\(Markup.percent(interval.upperBound))"),
    ]
    var sections = [
      ("Classes", ClassTable(measures: evaluation.measures).html),
      ("Confusions", ConfusionMap(matrix: evaluation.confusion).html),
      ("Coverage against accuracy", CoverageChart(curves: [("score", evaluation.scoreCurve)]).html),
    ]
    if let reliability = evaluation.reliability {
      let diagram = ReliabilityDiagram(title: "Leave-one-out", reliability: reliability)
      sections.append(("Reliability (calibration)", ReliabilityDiagram.panels([diagram])))
    }
    if !doubtful.isEmpty {
      let entries = doubtful.map { suspect, path in
        PictureGallery.Entry(
          picture: path,
          caption: "labelled <b>\(Markup.name(suspect.label))</b>, looks like <b>\(Markup.name(suspect.looksLike))</b>")
      }
      sections.append(
        ("Labels that look wrong", PictureGallery(entries: entries, thumbnails: thumbnails, link: link).html))
    }
    if let tested {
      let shown = try await Self.sections(of: tested, resize: resize, link: link)
      sections = shown.map { ("On the pictures held back: \($0.title)", $0.body) } + sections
      head += [
        Fact("Pictures held back", "\(tested.count)"),
        Fact("Accuracy on them", Markup.percent(tested.accuracy(top: 1))),
      ]
    }
    self.init(title: title, facts: head + facts, sections: sections)
  }
}
