import Heads
import Pictures
import Platform

/// What `check` prints.
struct CheckReport: Encodable {
  struct Unreadable: Encodable {
    let reason: String
  }

  let data: String
  let pictures: Int
  /// The leave-one-out accuracy; nil where it cannot be estimated.
  let accuracy: Double?
  let unreadable: [Unreadable]
  /// Pictures with the same content as an earlier one of their class.
  let copies: [DataReview.Member]
  let nearDuplicates: [DataReview.Duplicates]
  let conflicts: [PictureConflict]
  let suspects: [DataReview.Suspect]
  let outliers: [DataReview.Outlier]
  let confusedClasses: [DataReview.Confused]
  let flaws: [DataReview.Flaw]
  let classes: [DataReview.ClassFigures]
  let fewPictures: [String]
  let outOfBalance: [String]
  /// Classes whose names differ only in case.
  let alikeNames: [[String]]
  /// The classes that more pictures would help most, best first.
  let photographNext: [DataReview.ClassFigures]

  private let most: Int

  private enum CodingKeys: CodingKey {
    case data, pictures, accuracy, unreadable, copies, nearDuplicates, conflicts, suspects, outliers, confusedClasses,
      flaws
    case classes, fewPictures, outOfBalance, alikeNames, photographNext
  }

  init(
    _ review: DataReview, data: String, skipped: [PictureError], copies: [DataReview.Member], alike: [[String]],
    suspects: SuspectCount
  ) {
    self.data = data
    pictures = review.classes.reduce(0) { $0 + $1.pictures }
    accuracy = review.estimate?.accuracy
    unreadable = skipped.map { Unreadable(reason: ErrorText($0).line) }
    self.copies = copies
    nearDuplicates = review.duplicates.filter { !$0.isExact }
    conflicts = review.conflicts
    self.suspects = review.suspects
    outliers = review.outliers
    confusedClasses = review.confused
    flaws = review.flaws
    classes = review.classes
    fewPictures = review.scarce.map(\.label)
    outOfBalance = review.unbalanced.map(\.label)
    alikeNames = alike
    photographNext = Array(review.wanted.prefix(5))
    most = suspects.most
  }

  private static let usual = 10

  var text: String {
    var lines = [
      "Checked \(Table.counted(pictures, "picture", "pictures")) of \(Table.counted(classes.count, "class", "classes"))"
        + (accuracy.map { ", leave-one-out accuracy \(Table.percent($0))" } ?? "")
    ]
    section("Cannot be read", unreadable.map(\.reason), to: &lines)
    section("Copies of another picture of the class", copies.map { "\($0.picture): \($0.label)" }, to: &lines)
    section(
      "The same picture in several classes",
      conflicts.map { conflict in
        conflict.members.map { "\($0.picture ?? "a picture"): \($0.label)" }.joined(separator: "; ")
      }, to: &lines)
    section(
      "Near-duplicates in several classes",
      nearDuplicates.filter(\.crossesClasses).map { group in
        group.members.map { "\($0.picture): \($0.label)" }.joined(separator: "; ")
      }, to: &lines)
    section(
      "Near-duplicates within a class, which count as one in the estimate",
      nearDuplicates.filter { !$0.crossesClasses }.map { group in
        group.members[0].label + ": " + group.members.map(\.picture).joined(separator: ", ")
      }, to: &lines)
    section(
      "Labels that look wrong, worst first",
      suspects.map { suspect in
        "\(suspect.picture): \(suspect.label), looks like \(suspect.looksLike) (\(Table.percent(suspect.doubt)) sure)"
      }, most: most, to: &lines)
    section(
      "Unlike all other pictures",
      outliers.map {
        "\($0.picture): \($0.label), \(Decimals.string($0.distance, places: 1)) standard deviations away"
      },
      to: &lines)
    section(
      "Classes that cannot be told apart",
      confusedClasses.map {
        "\($0.one) and \($0.other): \($0.mistaken) pictures taken for each other, \(Table.percent($0.share))"
      }, to: &lines)
    for kind in DataReview.Flaw.Kind.allCases {
      section(
        kind.title, flaws.filter { $0.kind == kind }.map { "\($0.picture): \($0.label), \(kind.words($0.value))" },
        to: &lines)
    }
    section("Names of classes that differ only in case", alikeNames.map { $0.joined(separator: ", ") }, to: &lines)
    section(
      "Fewer than \(DataReview.fewPictures) different pictures",
      classes.filter { fewPictures.contains($0.label) }.map { "\($0.label): \($0.different)" }, to: &lines)
    section(
      "Less than a tenth of the pictures of the largest class",
      classes.filter { outOfBalance.contains($0.label) }.map { "\($0.label): \($0.pictures)" }, to: &lines)
    section("What to photograph next", photographNext.map(Self.wish), to: &lines)
    if lines.count == 1 { lines.append("Nothing to put right was found") }
    return lines.joined(separator: "\n")
  }

  private static func wish(_ known: DataReview.ClassFigures) -> String {
    let recall = known.recall.map { ", \(Table.percent($0)) recognised" } ?? ""
    return "\(known.label): \(Table.counted(known.different, "different picture", "different pictures"))\(recall)"
  }

  private func section(_ title: String, _ entries: [String], most: Int = usual, to lines: inout [String]) {
    guard !entries.isEmpty else { return }
    lines.append("\n\(title) (\(entries.count))")
    lines += entries.prefix(most).map { "  \($0)" }
    if entries.count > most { lines.append("  … and \(entries.count - most) more (--json lists all)") }
  }

  /// All findings about pictures as lines of `finding,path,label,suggestion,value`.
  var csv: String {
    var rows: [[String]] = [["finding", "path", "label", "suggestion", "value"]]
    rows += unreadable.map { ["unreadable", "", "", "", $0.reason] }
    rows += copies.map { ["copy", $0.picture, $0.label, "", ""] }
    for conflict in conflicts {
      rows += conflict.members.map { ["conflict", $0.picture ?? "", $0.label, "", "\(conflict.digest)"] }
    }
    for (number, group) in nearDuplicates.enumerated() {
      rows += group.members.map { ["near-duplicate", $0.picture, $0.label, "", "group \(number + 1)"] }
    }
    rows += suspects.map {
      ["wrong label", $0.picture, $0.label, $0.looksLike, Decimals.string($0.doubt, places: 4)]
    }
    rows += outliers.map { ["outlier", $0.picture, $0.label, "", Decimals.string($0.distance, places: 2)] }
    rows += flaws.map { [$0.kind.rawValue, $0.picture, $0.label, "", Decimals.string($0.value, places: 2)] }
    return CommaSeparated.text(rows)
  }
}

extension DataReview.Flaw.Kind {
  fileprivate var title: String {
    switch self {
    case .dark: "Too dark"
    case .bright: "Too bright"
    case .flat: "Without contrast"
    case .blurred: "Blurred"
    case .small: "Too small"
    case .oddShape: "Odd shapes, of which the network sees a part"
    }
  }

  fileprivate func words(_ value: Double) -> String {
    switch self {
    case .dark, .bright: "mean grey \(Decimals.string(value, places: 0)) of 255"
    case .flat: "contrast \(Decimals.string(value, places: 0)) of 255"
    case .blurred: "sharpness \(Decimals.string(value, places: 2))"
    case .small: "\(Decimals.string(value, places: 0)) pixels high or wide"
    case .oddShape: "\(Decimals.string(value, places: 1)) times as long as wide"
    }
  }
}

/// A file of corrections: labels that look wrong, with those to put in their place.
enum Corrections {
  static let header = ["path", "digest", "label", "new_label", "doubt"]

  /// Returns the suggestions for suspects, which a person can edit.
  static func text(_ suspects: [DataReview.Suspect]) -> String {
    CommaSeparated.text(
      [header]
        + suspects.map {
          [
            $0.picture, $0.digest.map(\.description) ?? "", $0.label, $0.looksLike,
            Decimals.string($0.doubt, places: 4),
          ]
        })
  }
}
