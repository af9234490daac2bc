public import Heads
public import Pictures

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

extension ReportPage {
  /// The page of what episodes found: accuracy against shots, and for the best row with the most shots what was taken
  /// for what and the worst mistakes; for each method with the most shots how far its probabilities can be believed.
  ///
  /// - Parameters:
  ///   - results: The results.
  ///   - suspects: The pictures whose labels look wrong, worst first.
  ///   - title: The page's title.
  ///   - facts: What else is to stand at its head.
  ///   - resize: How small copies of the pictures become square.
  /// - Throws: As ``Thumbnails/init(of:resize:isolation:)`` does.
  public init(
    _ results: EpisodeResults, suspects: [LeaveOneOut.Suspect] = [], title: String, facts: [Fact] = [],
    resize: Resize = .crop, isolation: isolated (any Actor)? = #isolation
  ) async throws {
    let doubtful = suspects.filter { $0.label != $0.looksLike }.prefix(Self.mostPictures)
    let best = results.best
    let mistakes = best?.mistakes.prefix(Self.mostPictures) ?? []
    let thumbnails = try await Thumbnails(of: mistakes.map(\.picture) + doubtful.map(\.picture), resize: resize)
    let head =
      [
        Fact("Pictures", "\(results.pictures)"), Fact("Classes", "\(results.classes.count)"),
        Fact("Episodes", "\(results.episodes.count)"),
        Fact("Held back", Markup.percent(results.episodes.testRatio, places: 0)),
      ] + (best.map { [Fact("Best: \($0.method), \(Self.words($0.shots))", "\($0.accuracy)")] } ?? [])
    var sections = [("Accuracy against pictures to learn from", Self.accuracy(results))]
    if let best {
      let words = "\(best.method), \(Self.words(best.shots))"
      sections.append(("What was taken for what: \(words)", ConfusionMap(matrix: best.confusion).html))
      let diagrams = results.widest.map { ReliabilityDiagram(title: $0.method, reliability: $0.reliability) }
      sections.append(("Can the probabilities be believed? With \(Self.words(best.shots))", Self.panels(diagrams)))
      if !mistakes.isEmpty {
        let entries = mistakes.map { mistake in
          PictureGallery.Entry(
            picture: mistake.picture,
            caption: "<b>\(Markup.name(mistake.label))</b> taken for <b>\(Markup.name(mistake.takenFor))</b> at "
              + "\(Markup.percent(mistake.confidence, places: 0)), wrong \(mistake.wrong) of \(mistake.asked) times")
        }
        sections.append(
          ("The worst mistakes: \(words)", PictureGallery(entries: Array(entries), thumbnails: thumbnails).html))
      }
    }
    if !doubtful.isEmpty {
      let entries = doubtful.map { suspect in
        PictureGallery.Entry(
          picture: suspect.picture,
          caption: "Labelled <b>\(Markup.name(suspect.label))</b>, looks like <b>\(Markup.name(suspect.looksLike))</b>")
      }
      let words = """
        <p class="note">Each picture was left out, and its label asked of all the others. First comes the label that \
        surprises most: it may be wrong, or the picture unlike its class.</p>
        """
      sections.append(
        ("Labels that look wrong", words + PictureGallery(entries: entries, thumbnails: thumbnails).html))
    }
    self.init(title: title, facts: head + facts, sections: sections)
  }

  private static func words(_ shots: Shots) -> String {
    switch shots {
    case .count(1): "1 picture a class"
    case .count(let count): "\(count) pictures a class"
    case .all: "all pictures"
    }
  }

  private static func accuracy(_ results: EpisodeResults) -> String {
    let rows = results.rows.map { row in
      [
        Markup.text(row.method), Markup.text("\(row.shots)"), Markup.text("\(row.accuracy)"),
        row.leaveOneOut.map { Markup.text("\($0)") } ?? "–",
        row.leaveOneOutGap.map { Markup.text(Decimals.string($0.mean, places: 3)) } ?? "–",
        Decimals.string(row.reliability.expectedCalibrationError, places: 3),
      ]
    }
    let draws =
      results.episodes.heldBack == .random
      ? "each holds back other pictures" : "each holds back the first pictures of every class"
    var notes = [
      """
      The mean of the classes' shares of right answers, over \(results.episodes.count) episodes; \(draws) and learns \
      from others. Bars and ± are 95 % intervals of Student's t over the episodes: how the mean would vary with other \
      draws from the same pictures.
      """
    ]
    if !results.short.isEmpty {
      let names = results.short.prefix(20).map { "\(Markup.name($0.label)) (\($0.pictures))" }.joined(separator: ", ")
      notes.append("With fewer pictures to learn from than the most that were asked for: \(names).")
    }
    if !results.singles.isEmpty {
      let names = results.singles.prefix(20).map(Markup.name).joined(separator: ", ")
      notes.append("Left out, having one picture only: \(names).")
    }
    let head = ["Method", "Pictures a class", "Accuracy", "Leave-one-out", "that − accuracy", "Calibration error"]
    return AccuracyChart(results).svg + notes.map { "<p class=\"note\">\($0)</p>" }.joined(separator: "\n")
      + Markup.table(head, rows)
  }
}
