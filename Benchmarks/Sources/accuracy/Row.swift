import Foundation

/// A line of the table: the subject, the method, the result, and its bound.
struct Row {
  let what: String
  var method = ""
  let found: String
  /// The result with the first quarter of each class held back, if that was measured too.
  var first = ""
  /// The bound, or an empty string.
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
  /// The number with three decimal places.
  var text: String { String(format: "%.3f", self) }
  /// The number with its sign and three decimal places.
  var signed: String { written("%+.3f") }
  /// The number with its sign and one decimal place.
  var oneSignedPlace: String { written("%+.1f") }

  private func written(_ format: String) -> String {
    String(format: format, self).replacingOccurrences(of: "-", with: "−")
  }
}
