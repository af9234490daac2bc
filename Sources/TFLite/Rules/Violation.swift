/// A rule of the format that a model breaks, and where.
struct Violation: Error {
  /// What is wrong.
  enum Problem {
    /// A value is wrong; the text says how, as a predicate of the field.
    case wrong(String)
    /// What is there is newer than the schema known here.
    case newer(String)
  }

  /// The place within the table that is looked at; empty for the table itself.
  let field: String
  let problem: Problem

  init(field: String = "", problem: Problem) {
    self.field = field
    self.problem = problem
  }

  /// The same, seen from the table that holds the one in which it was found.
  func within(_ place: String) -> Violation {
    Violation(field: field.isEmpty ? place : "\(place).\(field)", problem: problem)
  }

  /// What a reader of the file says.
  var readingError: TFLiteError {
    switch problem {
    case .wrong(let reason): .malformed(field: place, reason: "it \(reason)")
    case .newer(let what): .newerThanSchema(field: place, what: what)
    }
  }

  /// What a writer of the model says.
  var writingError: TFLiteError {
    switch problem {
    case .wrong(let reason): .invalid(field: place, reason: reason)
    case .newer(let what): .newerThanSchema(field: place, what: what)
    }
  }

  private var place: String { field.isEmpty ? "the model" : field }

  /// Checks each of some values; what is wrong with one is said with its place among them.
  static func check<Value>(
    each values: [Value], of field: String, _ rule: (Value) throws(Violation) -> Void
  ) throws(Violation) {
    for (index, value) in values.enumerated() {
      do { try rule(value) } catch { throw error.within("\(field)[\(index)]") }
    }
  }

  /// Checks a value that may be absent; what is wrong with it is said with its field.
  static func check<Value>(
    _ value: Value?, of field: String, _ rule: (Value) throws(Violation) -> Void
  ) throws(Violation) {
    guard let value else { return }
    do { try rule(value) } catch { throw error.within(field) }
  }
}
