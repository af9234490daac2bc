import Heads

/// The names that records give their labels.
struct RecordedNames: Sendable {
  private var names: [Int: String] = [:]
  // Labels that go by several names, or by one that cannot stand in a label file.
  private var unclear: Set<Int> = []

  /// Takes in what a record says; an empty name says nothing.
  mutating func add(_ name: String, for label: Int) {
    guard !name.isEmpty else { return }
    if Labels.isName(name), names[label, default: name] == name {
      names[label] = name
    } else {
      unclear.insert(label)
    }
  }

  /// Takes in what other records say.
  mutating func add(_ others: RecordedNames) {
    for (label, name) in others.names { add(name, for: label) }
    unclear.formUnion(others.unclear)
  }

  /// The name that all records give a label; its number where there is none, or several.
  subscript(_ label: Int) -> String {
    unclear.contains(label) ? String(label) : names[label] ?? String(label)
  }
}
