import Foundation

/// Prints the rows as they are found, and writes all of them into a document.
struct Report {
  private(set) var rows: [Row] = []

  /// Prints what stands above the rows.
  init(machine: String) {
    print("\(machine)\n\n\(Row.head)")
  }

  /// Prints a row at once, so that a run that is broken off has told what it found.
  mutating func add(_ row: Row) {
    rows.append(row)
    print(row.line)
    fflush(nil)
  }

  /// Puts the table in place of the one between the two marks of a document.
  func write(to document: URL, machine: String) throws {
    let text = try String(contentsOf: document, encoding: .utf8)
    guard let start = text.range(of: Self.start),
      let end = text.range(of: Self.end, range: start.upperBound..<text.endIndex)
    else { throw Complaint("\(document.path) has no lines \(Self.start) and \(Self.end) to put the table between") }
    let table = "\n\n\(machine)\n\n\(Row.head)\n\(rows.map(\.line).joined(separator: "\n"))\n\n"
    let whole = text[..<start.upperBound] + table + text[end.lowerBound...]
    try String(whole).write(to: document, atomically: true, encoding: .utf8)
  }

  private static let start = "<!-- accuracy -->"
  private static let end = "<!-- /accuracy -->"
}
