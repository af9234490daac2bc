import Foundation

/// A line of the table: what was measured, of which method, what was found, and what is to be reached.
struct Row {
  let what: String
  var method = ""
  let found: String
  /// The same with the first quarter of each class held back, where that was measured too.
  var first = ""
  /// What is to be reached, or nothing where it is only told.
  var bound = ""
  var isMet: Bool?

  /// The line in Markdown.
  var line: String {
    let verdict = isMet.map { $0 ? "met" : "**missed**" } ?? ""
    return "| " + [what, method, found, first, bound, verdict].joined(separator: " | ") + " |"
  }

  static let head = """
    | what | method | found | first quarter held back | bound | |
    | --- | --- | --- | --- | --- | --- |
    """
}

extension Double {
  /// With three places after the point.
  var text: String { String(format: "%.3f", self) }
  /// The same with its sign.
  var signed: String { written("%+.3f") }
  /// With its sign and one place.
  var oneSignedPlace: String { written("%+.1f") }

  private func written(_ format: String) -> String {
    String(format: format, self).replacingOccurrences(of: "-", with: "−")
  }
}
