/// The number of pictures for each pair of true and predicted class.
///
/// The matrix is sparse: memory grows with the number of non-zero entries, not with the square of the number of classes.
public struct ConfusionMatrix: Sendable, Hashable {
  /// A true class and a wrong class that was predicted for some of its pictures.
  public struct Confusion: Sendable, Hashable {
    /// The true class.
    public let label: Int
    /// The predicted class.
    public let predicted: Int
    /// The number of pictures.
    public let count: Int
    /// The share of the pictures of the true class.
    public let share: Double
  }

  /// The classes' names, by id.
  public let labels: [Int: String]
  private var rows: [Int: [Int: Int]] = [:]

  /// Creates an empty matrix.
  ///
  /// - Parameter labels: The classes' names, by id.
  public init(labels: [Int: String]) { self.labels = labels }

  /// Adds predictions.
  public mutating func add(label: Int, predicted: Int, count: Int = 1) {
    rows[label, default: [:]][predicted, default: 0] += count
  }

  /// The number of pictures of the class `label` for which the class `predicted` was predicted.
  public subscript(label: Int, predicted: Int) -> Int { rows[label]?[predicted] ?? 0 }

  /// Returns the number of pictures of a class.
  public func total(_ label: Int) -> Int { rows[label]?.values.reduce(0, +) ?? 0 }

  /// The true and predicted classes, ascending.
  public var classes: [Int] {
    Set(rows.keys).union(rows.values.flatMap(\.keys)).sorted()
  }

  /// The true classes that have pictures, ascending.
  public var asked: [Int] { rows.keys.sorted() }

  /// Returns the name of a class, or its id where it has no name.
  public func name(_ label: Int) -> String { labels[label] ?? String(label) }

  /// Returns the share of correct predictions for a class, or nil where it has no pictures.
  public func recall(_ label: Int) -> Double? {
    let all = total(label)
    return all == 0 ? nil : Double(self[label, label]) / Double(all)
  }

  /// The confusions, ordered by their share of the true class, largest first.
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

  /// Encodes a row for each true class: its name, its number of pictures, and the number of predictions of each class.
  public func encode(to encoder: any Encoder) throws {
    try asked.map { label in
      let names = (rows[label] ?? [:]).map { (name($0.key), $0.value) }
      return Row(
        label: name(label), count: total(label), takenFor: Dictionary(names, uniquingKeysWith: { $0 + $1 }))
    }.encode(to: encoder)
  }
}
