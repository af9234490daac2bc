import Foundation

/// Prints the rows as they are measured, and writes all of them into a document.
struct Report {
  private(set) var rows: [Row] = []

  /// Prints the machine and the head of the table.
  init(machine: String) {
    print("\(machine)\n\n\(Row.head)")
  }

  /// Prints a row immediately, so that an interrupted run still shows its results.
  mutating func add(_ row: Row) {
    rows.append(row)
    print(row.line)
    fflush(nil)
  }

  /// Replaces the table between the two marks of a document.
  func write(to document: URL, machine: String) throws {
    let text = try String(contentsOf: document, encoding: .utf8)
    guard let start = text.range(of: Self.start),
      let end = text.range(of: Self.end, range: start.upperBound..<text.endIndex)
    else {
      throw BenchmarkError("\(document.path) lacks the lines \(Self.start) and \(Self.end) that enclose the table")
    }
    let table = "\n\n\(machine)\n\n\(Row.head)\n\(rows.map(\.line).joined(separator: "\n"))\n\n"
    let updated = text[..<start.upperBound] + table + text[end.lowerBound...]
    try String(updated).write(to: document, atomically: true, encoding: .utf8)
  }

  private static let start = "<!-- accuracy -->"
  private static let end = "<!-- /accuracy -->"
}
