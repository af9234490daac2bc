public import Heads
public import Pictures

extension ReportPage {
  /// Creates the page of a review: labels that look wrong, conflicts, duplicates, outliers, flaws, and a table of the classes.
  ///
  /// - Parameters:
  ///   - review: The review.
  ///   - title: The title of the page.
  ///   - facts: Further facts at the top of the page.
  ///   - resize: How the thumbnails become square.
  /// - Throws: The errors of ``Thumbnails/init(of:resize:isolation:)``.
  public init(
    _ review: DataReview, title: String, facts: [Fact] = [], resize: Resize = .crop,
    isolation: isolated (any Actor)? = #isolation
  ) async throws {
    let groups = review.duplicates.filter { !$0.isExact || $0.crossesClasses }
    let shown: [(title: String, note: String, entries: [PictureGallery.Entry])] = [
      (
        "Labels that look wrong",
        "Each picture was classified by a head that was solved without it and its near-duplicates; worst first.",
        review.suspects.prefix(4 * Self.mostPictures).map { suspect in
          .init(
            picture: suspect.picture,
            caption:
              "Labelled <b>\(Markup.name(suspect.label))</b>, looks like <b>\(Markup.name(suspect.looksLike))</b> "
              + "(\(Markup.percent(suspect.doubt, places: 1)) sure)")
        }
      ),
      (
        "The same in several classes", "Copies and near-duplicates with different labels.",
        groups.filter(\.crossesClasses).prefix(Self.mostPictures).flatMap(Self.entries)
      ),
      (
        "Near-duplicates within a class", "They count as one picture in the estimate.",
        groups.filter { !$0.crossesClasses }.prefix(Self.mostPictures / 2).flatMap(Self.entries)
      ),
      (
        "Unlike all other pictures", "They may show something else.",
        review.outliers.prefix(Self.mostPictures).map {
          .init(picture: $0.picture, caption: "<b>\(Markup.name($0.label))</b>")
        }
      ),
      (
        "Dark, blurred, small or oddly shaped", "The network sees little of them.",
        review.flaws.prefix(2 * Self.mostPictures).map {
          .init(
            picture: $0.picture, caption: "<b>\(Markup.name($0.label))</b>: \(Markup.text($0.kind.rawValue))")
        }
      ),
    ]
    let thumbnails = try await Thumbnails(of: shown.flatMap { $0.entries.map(\.picture) }, resize: resize)
    var sections = shown.filter { !$0.entries.isEmpty }.map { part in
      (
        title: part.title,
        body: "<p class=\"note\">\(Markup.text(part.note))</p>"
          + PictureGallery(entries: part.entries, thumbnails: thumbnails).html
      )
    }
    if !review.confused.isEmpty {
      let rows = review.confused.map {
        [
          "\(Markup.name($0.one)) and \(Markup.name($0.other))", "\($0.mistaken)", Markup.percent($0.share, places: 0),
        ]
      }
      sections.append(
        ("Classes that cannot be told apart", Markup.table(["Classes", "Mistaken pictures", "Share"], rows)))
    }
    let rows = review.classes.prefix(Self.mostClasses).map { known in
      [
        Markup.name(known.label), "\(known.pictures)", "\(known.different)",
        known.recall.map { Markup.percent($0) } ?? "–",
      ]
    }
    let more =
      review.classes.count > rows.count
      ? "<p class=\"note\">And \(review.classes.count - rows.count) more classes.</p>" : ""
    sections.append(
      ("Classes", Markup.table(["Class", "Pictures", "Different pictures", "Recognised"], Array(rows)) + more))
    let head = [
      Fact("Pictures", "\(review.classes.reduce(0) { $0 + $1.pictures })"), Fact("Classes", "\(review.classes.count)"),
      Fact("Wrong labels?", "\(review.suspects.count)"), Fact("Conflicts", "\(review.conflicts.count)"),
    ]
    self.init(title: title, facts: head + facts, sections: sections)
  }

  // Of 10 000 classes, a browser would take long to lay out a table.
  private static let mostClasses = 1000

  private static func entries(_ group: DataReview.Duplicates) -> [PictureGallery.Entry] {
    group.members.prefix(4).map { .init(picture: $0.picture, caption: "<b>\(Markup.name($0.label))</b>") }
  }
}
