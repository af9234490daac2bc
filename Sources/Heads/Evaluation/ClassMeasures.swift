/// Precision, recall and F1 of each class, of the answers that a classifier gives.
///
/// A picture that is called unknown is an answer of no class: it lowers the recall of its class, and no precision. A stranger
/// that gets the name of a class lowers the precision of that class.
public struct ClassMeasures: Sendable, Hashable, Codable {
  /// The measures of one class.
  public struct Row: Sendable, Hashable, Codable {
    /// The class's id.
    public let id: Int
    /// The class's name.
    public let label: String
    /// The number of its pictures.
    public let pictures: Int
    /// The number of pictures that get its name.
    public let answers: Int
    /// The number of its pictures that get its name.
    public let right: Int
    /// The number of its pictures that are called unknown.
    public let unknown: Int

    /// The share of the answers that are right; nil without answers.
    public var precision: Double? { answers == 0 ? nil : Double(right) / Double(answers) }
    /// The share of its pictures that are recognised; nil without pictures.
    public var recall: Double? { pictures == 0 ? nil : Double(right) / Double(pictures) }
    /// The harmonic mean of precision and recall, 2 · right / (pictures + answers); nil without pictures and answers.
    public var f1: Double? {
      pictures + answers == 0 ? nil : 2 * Double(right) / Double(pictures + answers)
    }
  }

  /// The mean measures of the classes that have pictures. A class without answers has the precision 0 in them.
  public struct Average: Sendable, Hashable, Codable {
    /// The mean precision, recall and F1.
    public let precision, recall, f1: Double
  }

  /// The classes that have pictures or answers, by id.
  public let rows: [Row]

  /// Each class counts equally.
  public var macro: Average { average { _ in 1 } }
  /// Each picture counts equally.
  public var weighted: Average { average { Double($0.pictures) } }

  private func average(_ weight: (Row) -> Double) -> Average {
    let asked = rows.filter { $0.pictures > 0 }
    let all = asked.reduce(0) { $0 + weight($1) }
    func mean(_ measure: (Row) -> Double?) -> Double {
      all > 0 ? asked.reduce(0) { $0 + weight($1) * (measure($1) ?? 0) } / all : 0
    }
    return Average(precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1))
  }
}

extension Evaluation {
  /// Precision, recall and F1 of each class.
  ///
  /// - Complexity: O(n + C log C) for n pictures and C classes.
  public var measures: ClassMeasures {
    var counts: [Int: (pictures: Int, answers: Int, right: Int, unknown: Int)] = [:]
    for judged in judgements {
      if let id = judged.classID {
        counts[id, default: (0, 0, 0, 0)].pictures += 1
        if judged.isUnknown { counts[id, default: (0, 0, 0, 0)].unknown += 1 }
      }
      if let answer = judged.answer {
        counts[answer, default: (0, 0, 0, 0)].answers += 1
        if judged.isRight { counts[answer, default: (0, 0, 0, 0)].right += 1 }
      }
    }
    return ClassMeasures(
      rows: counts.sorted { $0.key < $1.key }.map { id, count in
        .init(
          id: id, label: labels[id], pictures: count.pictures, answers: count.answers, right: count.right,
          unknown: count.unknown)
      })
  }
}
