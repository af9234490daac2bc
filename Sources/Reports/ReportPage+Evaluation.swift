import Heads
import Pictures

extension ReportPage {
  /// The page of how well a classifier does: what was taken for what, how far the scores can be believed, the worst
  /// mistakes.
  ///
  /// - Parameters:
  ///   - evaluation: The evaluation.
  ///   - title: The page's title.
  ///   - facts: What else is to stand at its head.
  ///   - resize: How small copies of the pictures become square.
  /// - Throws: As ``Thumbnails/init(of:resize:isolation:)`` does.
  public init(
    _ evaluation: Evaluation, title: String, facts: [Fact] = [], resize: Resize = .crop,
    isolation: isolated (any Actor)? = #isolation
  ) async throws {
    let mistakes = evaluation.mistakes.prefix(Self.mostPictures)
    let thumbnails = try await Thumbnails(of: mistakes.map(\.picture), resize: resize)
    let head = [
      Fact("Pictures", "\(evaluation.count)"), Fact("Classes", "\(evaluation.classes.count)"),
      Fact("Right", Markup.percent(evaluation.accuracy(top: 1))),
      Fact("Right, classes alike", Markup.percent(evaluation.balancedAccuracy)),
      Fact("Among the first five", Markup.percent(evaluation.accuracy(top: 5))),
    ]
    var sections = [("What was taken for what", ConfusionMap(matrix: evaluation.confusion).html)]
    if let reliability = evaluation.reliability {
      let diagram = ReliabilityDiagram(title: "All answers", reliability: reliability)
      sections.append(("Can the scores be believed?", Self.panels([diagram])))
    }
    if !mistakes.isEmpty {
      let entries = mistakes.map { mistake in
        let score = Decimals.string(Double(mistake.score), places: 2)
        let first = Decimals.string(Double(mistake.predicted.score), places: 2)
        return PictureGallery.Entry(
          picture: mistake.picture,
          caption: "<b>\(Markup.name(mistake.label))</b> (\(score)) taken for "
            + "<b>\(Markup.name(mistake.predicted.label))</b> (\(first))")
      }
      sections.append(("The worst mistakes", PictureGallery(entries: entries, thumbnails: thumbnails).html))
    }
    self.init(title: title, facts: head + facts, sections: sections)
  }
}
