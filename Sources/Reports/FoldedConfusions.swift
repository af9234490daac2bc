import Heads

/// The confusions of many classes, folded: a map of the classes that are confused most, and a list of all others that opens
/// class by class.
struct FoldedConfusions {
  let matrix: ConfusionMatrix

  /// The number of classes in the map.
  static let mapped = 40
  private static let mostClasses = 1000
  private static let mostOthers = 20

  /// The classes with the most confusions, as the true or the predicted class, by id.
  var worst: [Int] {
    var counts: [Int: Int] = [:]
    for confusion in matrix.confusions {
      counts[confusion.label, default: 0] += confusion.count
      counts[confusion.predicted, default: 0] += confusion.count
    }
    let known = Set(matrix.asked)
    return counts.filter { known.contains($0.key) }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .prefix(Self.mapped).map(\.key).sorted()
  }

  /// The classes as a list that opens class by class, the least accurate first.
  var list: String {
    var others: [Int: [ConfusionMatrix.Confusion]] = [:]
    for confusion in matrix.confusions { others[confusion.label, default: []].append(confusion) }
    let classes = matrix.asked.compactMap { label in matrix.recall(label).map { (label: label, recall: $0) } }
      .sorted { ($0.recall, $0.label) < ($1.recall, $1.label) }
    let confused = classes.filter { others[$0.label] != nil }
    let items = confused.prefix(Self.mostClasses).map { known in
      let lines = (others[known.label] ?? []).prefix(Self.mostOthers).map {
        "<li>\(Markup.name(matrix.name($0.predicted))) \($0.count) (\(Markup.percent($0.share, places: 0)))</li>"
      }
      return "<details><summary>\(Markup.name(matrix.name(known.label))) "
        + "<small>\(Markup.percent(known.recall)) of \(matrix.total(known.label))</small></summary>"
        + "<ul>\(lines.joined())</ul></details>"
    }
    var parts = ["<div class=\"folds\">\(items.joined(separator: "\n"))</div>"]
    let rest = confused.count - items.count
    if rest > 0 { parts.append("<p class=\"note\">And \(rest) more classes.</p>") }
    if classes.count > confused.count {
      parts.append(
        "<p class=\"note\">\(classes.count - confused.count) of \(classes.count) classes are confused with no other.</p>"
      )
    }
    return parts.joined(separator: "\n")
  }
}
