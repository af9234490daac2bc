/// How often pictures of one class were taken for another, or for what they are.
///
/// Only what was counted is kept, so that a thousand classes cost no more than the answers do.
public struct ConfusionMatrix: Sendable, Hashable {
  /// A class that was taken for another.
  public struct Confusion: Sendable, Hashable {
    /// The class.
    public let label: Int
    /// What it was taken for.
    public let predicted: Int
    /// How often.
    public let count: Int
    /// That as a share of all answers about the class.
    public let share: Double
  }

  /// The classes' names, by id.
  public let labels: [Int: String]
  private var rows: [Int: [Int: Int]] = [:]

  /// A matrix with nothing in it.
  ///
  /// - Parameter labels: The classes' names, by id.
  public init(labels: [Int: String]) { self.labels = labels }

  /// Counts an answer.
  public mutating func add(label: Int, predicted: Int, count: Int = 1) {
    rows[label, default: [:]][predicted, default: 0] += count
  }

  /// How often pictures of one class were taken for another.
  public subscript(label: Int, predicted: Int) -> Int { rows[label]?[predicted] ?? 0 }

  /// How many answers were about a class.
  public func total(_ label: Int) -> Int { rows[label]?.values.reduce(0, +) ?? 0 }

  /// The classes that were asked about or answered, ascending.
  public var classes: [Int] {
    Set(rows.keys).union(rows.values.flatMap(\.keys)).sorted()
  }

  /// The classes that were asked about, ascending.
  public var asked: [Int] { rows.keys.sorted() }

  /// The name of a class: its number where it has none.
  public func name(_ label: Int) -> String { labels[label] ?? String(label) }

  /// The share of right answers about a class, or nil where there were none.
  public func recall(_ label: Int) -> Double? {
    let all = total(label)
    return all == 0 ? nil : Double(self[label, label]) / Double(all)
  }

  /// The wrong answers, those with the largest share of their class first.
  public var confusions: [Confusion] {
    rows.flatMap { label, row in
      let all = Double(max(1, total(label)))
      return row.filter { $0.key != label }.map {
        Confusion(label: label, predicted: $0.key, count: $0.value, share: Double($0.value) / all)
      }
    }.sorted { ($1.share, $0.label, $0.predicted) < ($0.share, $1.label, $1.predicted) }
  }
}

extension ConfusionMatrix: Encodable {
  private struct Row: Encodable {
    let label: String
    let count: Int
    let takenFor: [String: Int]
  }

  /// A row a class that was asked about: its name, the number of answers, and what it was taken for, by name.
  public func encode(to encoder: any Encoder) throws {
    try asked.map { label in
      let names = (rows[label] ?? [:]).map { (name($0.key), $0.value) }
      return Row(
        label: name(label), count: total(label), takenFor: Dictionary(names, uniquingKeysWith: { $0 + $1 }))
    }.encode(to: encoder)
  }
}
