/// A rule of the format that a model breaks, and the place.
struct Violation: Error {
  /// The kind of violation.
  enum Problem {
    /// A value is wrong; the text is a predicate of the field.
    case wrong(String)
    /// The field holds something newer than the known schema.
    case newer(String)
  }

  /// The place within the table being checked; empty for the table itself.
  let field: String
  let problem: Problem

  init(field: String = "", problem: Problem) {
    self.field = field
    self.problem = problem
  }

  /// Returns the same violation with its place relative to the enclosing table.
  func within(_ place: String) -> Violation {
    Violation(field: field.isEmpty ? place : "\(place).\(field)", problem: problem)
  }

  /// The error of reading a file that breaks the rule.
  var readingError: TFLiteError {
    switch problem {
    case .wrong(let reason): .malformed(field: place, reason: "it \(reason)")
    case .newer(let what): .newerThanSchema(field: place, what: what)
    }
  }

  /// The error of writing a model that breaks the rule.
  var writingError: TFLiteError {
    switch problem {
    case .wrong(let reason): .invalid(field: place, reason: reason)
    case .newer(let what): .newerThanSchema(field: place, what: what)
    }
  }

  private var place: String { field.isEmpty ? "the model" : field }

  /// Checks each of some values; a violation's place includes the index of the value.
  static func check<Value>(
    each values: [Value], of field: String, _ rule: (Value) throws(Violation) -> Void
  ) throws(Violation) {
    for (index, value) in values.enumerated() {
      do { try rule(value) } catch { throw error.within("\(field)[\(index)]") }
    }
  }

  /// Checks a value that may be absent; a violation's place includes its field.
  static func check<Value>(
    _ value: Value?, of field: String, _ rule: (Value) throws(Violation) -> Void
  ) throws(Violation) {
    guard let value else { return }
    do { try rule(value) } catch { throw error.within(field) }
  }
}
