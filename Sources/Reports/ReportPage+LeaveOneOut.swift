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
  ///   - file: Returns the path of a picture's file from the picture's name, or nil where it has none.
  /// - Throws: The errors of ``Thumbnails/init(of:resize:isolation:)``.
  public init(
    _ leaveOneOut: LeaveOneOut, title: String, facts: [Fact] = [], resize: Resize = .crop,
    isolation: isolated (any Actor)? = #isolation, file: (String) -> String? = { $0 }
  ) async throws {
    let doubtful = leaveOneOut.mislabelled.prefix(Self.mostPictures).compactMap { suspect in
      file(suspect.picture).map { (suspect, $0) }
    }
    let thumbnails = try await Thumbnails(of: doubtful.map(\.1), resize: resize)
    var matrix = ConfusionMatrix(
      labels: Dictionary(uniqueKeysWithValues: leaveOneOut.classes.enumerated().map { ($0, $1) }))
    for prediction in leaveOneOut.predictions { matrix.add(label: prediction.label, predicted: prediction.predicted) }
    let interval = leaveOneOut.interval
    let head = [
      Fact("Pictures", "\(leaveOneOut.predictions.count + leaveOneOut.singles.count)"),
      Fact("Classes", "\(leaveOneOut.classes.count)"),
      Fact("Leave-one-out accuracy", Markup.percent(leaveOneOut.accuracy)),
      Fact("95 % interval", "\(Markup.percent(interval.lowerBound))–\(Markup.percent(interval.upperBound))"),
    ]
    var sections = [("Confusions", ConfusionMap(matrix: matrix).html)]
    if !doubtful.isEmpty {
      let entries = doubtful.map { suspect, path in
        PictureGallery.Entry(
          picture: path,
          caption: "labelled <b>\(Markup.name(suspect.label))</b>, looks like <b>\(Markup.name(suspect.looksLike))</b>")
      }
      sections.append(("Labels that look wrong", PictureGallery(entries: entries, thumbnails: thumbnails).html))
    }
    self.init(title: title, facts: head + facts, sections: sections)
  }
}
