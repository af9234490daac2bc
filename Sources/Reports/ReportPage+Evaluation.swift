public import Heads
public import Pictures

extension ReportPage {
  /// Creates the page of a classifier's evaluation: accuracy, the measures of each class, confusions, coverage against accuracy,
  /// reliability and the worst mistakes.
  ///
  /// - Parameters:
  ///   - evaluation: The evaluation.
  ///   - title: The title of the page.
  ///   - facts: Further facts at the top of the page.
  ///   - resize: How the thumbnails become square.
  ///   - link: Returns the address to which the page links a picture, from the picture's path; nil for no link.
  /// - Throws: The errors of ``Thumbnails/init(of:resize:isolation:)``.
  public init(
    _ evaluation: Evaluation, title: String, facts: [Fact] = [], resize: Resize = .crop,
    isolation: isolated (any Actor)? = #isolation, link: (String) -> String? = { _ in nil }
  ) async throws {
    let sections = try await Self.sections(of: evaluation, resize: resize, link: link)
    self.init(title: title, facts: Self.facts(of: evaluation) + facts, sections: sections)
  }

  /// Returns the facts of an evaluation.
  static func facts(of evaluation: Evaluation) -> [Fact] {
    let answers = evaluation.answers
    let share = { (count: Int, all: Int) in Markup.percent(Double(count) / Double(max(1, all))) }
    var facts = [
      Fact("Pictures", "\(evaluation.count)"), Fact("Classes", "\(evaluation.classes.count)"),
      Fact("Accuracy", Markup.percent(evaluation.accuracy(top: 1))),
      Fact("Balanced accuracy", Markup.percent(evaluation.balancedAccuracy)),
      Fact("Top-5 accuracy", Markup.percent(evaluation.accuracy(top: 5))),
    ]
    if answers.unknown > 0 {
      facts.append(Fact("Right answers", share(answers.right, evaluation.count)))
      facts.append(Fact("Called unknown", share(answers.unknown, evaluation.count)))
    }
    if evaluation.strangers > 0 {
      facts.append(Fact("Strangers called unknown", share(answers.strangersUnknown, evaluation.strangers)))
    }
    if let loss = evaluation.logLoss { facts.append(Fact("Log loss", Decimals.string(loss, places: 3))) }
    return facts
  }

  /// Returns the sections of an evaluation.
  static func sections(
    of evaluation: Evaluation, resize: Resize, isolation: isolated (any Actor)? = #isolation,
    link: (String) -> String?
  ) async throws -> [(title: String, body: String)] {
    let mistakes = evaluation.mistakes.prefix(Self.mostPictures)
    let thumbnails = try await Thumbnails(of: mistakes.map(\.picture), resize: resize)
    var sections = [
      ("Classes", ClassTable(measures: evaluation.measures).html),
      ("Confusions", ConfusionMap(matrix: evaluation.confusion).html),
    ]
    if let reliability = evaluation.reliability, reliability.count > 0 {
      var curves = [("score", evaluation.scoreCurve)]
      if let novelty = evaluation.noveltyCurve { curves.append(("novelty score", novelty)) }
      sections.append(("Coverage against accuracy", CoverageChart(curves: curves).html))
      let diagram = ReliabilityDiagram(title: "All predictions", reliability: reliability)
      sections.append(("Reliability (calibration)", ReliabilityDiagram.panels([diagram])))
    }
    if !mistakes.isEmpty {
      let entries = mistakes.map { mistake in
        let score = Decimals.string(Double(mistake.score), places: 2)
        let first = Decimals.string(Double(mistake.predicted.score), places: 2)
        return PictureGallery.Entry(
          picture: mistake.picture,
          caption: "<b>\(Markup.name(mistake.label))</b> (score \(score)) taken for "
            + "<b>\(Markup.name(mistake.predicted.label))</b> (score \(first))")
      }
      sections.append(
        ("Worst mistakes", PictureGallery(entries: entries, thumbnails: thumbnails, link: link).html))
    }
    return sections
  }
}

extension ReportPage {
  /// Creates the page of an evaluation by episodes: accuracy against shots; the reliability of each method with the most
  /// shots; and, for the best method with the most shots, its confusions and worst mistakes.
  ///
  /// - Parameters:
  ///   - results: The results.
  ///   - suspects: The pictures whose labels look wrong, worst first.
  ///   - title: The title of the page.
  ///   - facts: Further facts at the top of the page.
  ///   - resize: How the thumbnails become square.
  /// - Throws: The errors of ``Thumbnails/init(of:resize:isolation:)``.
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
      ] + (best.map { [Fact("Best: \($0.method), \(Self.words($0.shots))", Markup.interval($0.accuracy))] } ?? [])
    var sections = [("Accuracy by number of training pictures", Self.accuracy(results))]
    if let best {
      let words = "\(best.method), \(Self.words(best.shots))"
      sections.append(("Confusions: \(words)", ConfusionMap(matrix: best.confusion).html))
      let diagrams = results.widest.map { ReliabilityDiagram(title: $0.method, reliability: $0.reliability) }
      sections.append(
        ("Reliability (calibration): \(Self.words(best.shots))", ReliabilityDiagram.panels(diagrams)))
      if !mistakes.isEmpty {
        let entries = mistakes.map { mistake in
          PictureGallery.Entry(
            picture: mistake.picture,
            caption: "<b>\(Markup.name(mistake.label))</b> taken for <b>\(Markup.name(mistake.takenFor))</b> with "
              + "confidence \(Markup.percent(mistake.confidence, places: 0)), wrong in \(mistake.wrong) of "
              + "\(mistake.asked) episodes")
        }
        sections.append(
          ("Worst mistakes: \(words)", PictureGallery(entries: Array(entries), thumbnails: thumbnails).html))
      }
    }
    if !doubtful.isEmpty {
      let entries = doubtful.map { suspect in
        PictureGallery.Entry(
          picture: suspect.picture,
          caption: "Labelled <b>\(Markup.name(suspect.label))</b>, looks like <b>\(Markup.name(suspect.looksLike))</b>")
      }
      let note = """
        <p class="note">Each picture was classified by a head that was trained on all other pictures (leave-one-out). The \
        least likely labels come first: the label may be wrong, or the picture unusual for its class.</p>
        """
      sections.append(
        ("Labels that look wrong", note + PictureGallery(entries: entries, thumbnails: thumbnails).html))
    }
    self.init(title: title, facts: head + facts, sections: sections)
  }

  private static func words(_ shots: Shots) -> String {
    switch shots {
    case .count(1): "1 picture per class"
    case .count(let count): "\(count) pictures per class"
    case .all: "all pictures"
    }
  }

  private static func accuracy(_ results: EpisodeResults) -> String {
    let rows = results.rows.map { row in
      [
        Markup.text(row.method), Markup.text("\(row.shots)"), Markup.interval(row.accuracy),
        row.leaveOneOut.map { Markup.interval($0) } ?? "–",
        row.leaveOneOutGap.map { Decimals.string(100 * $0.mean, places: 1) } ?? "–",
        Decimals.string(row.reliability.expectedCalibrationError, places: 3),
      ]
    }
    let held =
      results.episodes.heldBack == .random
      ? "Each episode holds back other pictures" : "Each episode holds back the first pictures of every class"
    var notes = [
      """
      Balanced accuracy on the held-back pictures, averaged over \(results.episodes.count) episodes. \(held) and draws \
      its training pictures from the rest. Bars and the numbers in brackets are 95 % intervals (Student's t over the \
      episodes): how the mean would vary with other draws from the same pictures. Leave-one-out accuracy is measured on \
      the training pictures; the difference is its mean minus the accuracy, in percentage points.
      """
    ]
    if !results.short.isEmpty {
      let names = results.short.prefix(20).map { "\(Markup.name($0.label)) (\($0.pictures))" }.joined(separator: ", ")
      notes.append("Classes with fewer training pictures than the largest number in the table: \(names).")
    }
    if !results.singles.isEmpty {
      let names = results.singles.prefix(20).map(Markup.name).joined(separator: ", ")
      notes.append("Classes left out because they have only one picture: \(names).")
    }
    let head = [
      "Method", "Pictures per class", "Accuracy (95 % interval)", "Leave-one-out (95 % interval)", "Difference",
      "Calibration error",
    ]
    return AccuracyChart(results).svg + notes.map { "<p class=\"note\">\($0)</p>" }.joined(separator: "\n")
      + Markup.table(head, rows)
  }
}
