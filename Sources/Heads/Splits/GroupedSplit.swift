import ModelSurgery

/// Random splits of pictures that never cut a group.
///
/// The pictures of all classes are counted in one order, class by class. A group may have pictures of several classes.
package struct GroupedSplit: Sendable {
  private let labels: [Int]
  private let counts: [Int]
  // The groups and the single pictures, in random order.
  private let units: [[Int]]

  /// - Parameters:
  ///   - counts: The number of pictures of each class.
  ///   - groups: The groups; pictures in none are single.
  ///   - seed: The seed of the random order.
  package init(counts: [Int], groups: PictureGroups, seed: UInt64) {
    self.counts = counts
    labels = counts.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }
    let count = labels.count
    let grouped = Set(groups.groups.joined())
    var units = groups.groups.map { $0.filter { $0 < count } }.filter { !$0.isEmpty }
    units += (0..<count).filter { !grouped.contains($0) }.map { [$0] }
    units.sort { ($0.first ?? 0) < ($1.first ?? 0) }
    var generator = SplitMix64(seed: seed)
    self.units = units.shuffled(using: &generator)
  }

  /// Returns the pictures to hold back: of each class with several units the share, rounded down, as nearly as the groups
  /// allow, at least one unit and never all.
  package func heldBack(ratio: Double) -> Set<Int> {
    let wanted = counts.map { max(1, min(Int(ratio * Double($0)), $0 - 1)) }
    var held = counts.map { _ in 0 }
    var chosen: Set<Int> = []
    func sizes(_ unit: [Int]) -> [(place: Int, count: Int)] {
      Dictionary(grouping: unit) { labels[$0] }.map { ($0.key, $0.value.count) }
    }
    func take(_ unit: [Int]) {
      chosen.formUnion(unit)
      for (place, count) in sizes(unit) { held[place] += count }
    }
    for unit in units
    where sizes(unit).allSatisfy({ held[$0.place] + $0.count <= wanted[$0.place] && counts[$0.place] > 1 }) {
      take(unit)
    }
    // Classes of large groups only.
    for place in counts.indices where held[place] == 0 && counts[place] > 1 {
      let candidates = units.filter { unit in
        unit.contains { labels[$0] == place }
          && sizes(unit).allSatisfy { held[$0.place] + $0.count < counts[$0.place] }
      }
      if let smallest = candidates.min(by: { $0.count < $1.count }) { take(smallest) }
    }
    return chosen
  }

  /// Returns the fold of each picture, 0 ..< n; the folds have about equally many pictures of each class.
  package func folds(_ count: Int) -> [Int] {
    var sizes = counts.map { _ in [Int](repeating: 0, count: max(1, count)) }
    var folds = labels.map { _ in 0 }
    for unit in units.sorted(by: { $0.count > $1.count }) {
      let place =
        Dictionary(grouping: unit) { labels[$0] }.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key ?? 0
      let totals = (0..<max(1, count)).map { fold in sizes.reduce(0) { $0 + $1[fold] } }
      let fold = (0..<max(1, count)).min { (sizes[place][$0], totals[$0]) < (sizes[place][$1], totals[$1]) } ?? 0
      for picture in unit {
        folds[picture] = fold
        sizes[labels[picture]][fold] += 1
      }
    }
    return folds
  }
}

/// A cross-validation in a few folds, for methods without leave-one-out, or as a second opinion.
public struct FoldedValidation: Sendable {
  /// The number of folds.
  public let folds: Int
  /// The seed of the draw.
  public let seed: UInt64

  /// Creates a cross-validation in two folds or more.
  ///
  /// - Throws: ``EvaluationError/badFolds(_:)``.
  public init(folds: Int = 5, seed: UInt64 = 0) throws(EvaluationError) {
    guard (2...1000).contains(folds) else { throw .badFolds(folds) }
    (self.folds, self.seed) = (folds, seed)
  }

  /// Classifies the pictures of each fold by a head that was solved from the other folds. Groups are never cut.
  ///
  /// - Returns: A prediction for each picture whose class is in another fold too.
  /// - Throws: ``EmbeddingSetError/pastBudget(_:bytes:)`` where the set stores only sums, and the errors of the method.
  public func run(_ embeddings: EmbeddingSet, method: any HeadMethod) throws -> LeaveOneOut {
    guard embeddings.hasEmbeddings else {
      throw EmbeddingSetError.pastBudget("cross-validation in folds", bytes: embeddings.sumsBudget)
    }
    let pictures = embeddings.classes.flatMap { known in known.pictures.map { (known.name, $0) } }
    let labels = embeddings.classes.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element.count) }
    let split = GroupedSplit(
      counts: embeddings.classes.map(\.count), groups: try PictureGroups(embeddings), seed: seed)
    let places = split.folds(folds)
    var predictions: [LeaveOneOut.Prediction] = []
    for fold in 0..<folds {
      try Task.checkCancellation()
      var rest = EmbeddingSet(space: embeddings.space, budget: .max)
      for (index, (name, picture)) in pictures.enumerated() where places[index] != fold {
        try rest.append(picture, to: name)
      }
      guard rest.classes.count > 1, rest.pictures < pictures.count else { continue }
      let solved = try method.solve(rest)
      let ids = solved.classes.map { embeddings.place(of: $0) ?? 0 }
      for (index, (name, picture)) in pictures.enumerated() where places[index] == fold && rest.place(of: name) != nil {
        let values = solved.head.logits(of: embeddings.space.plainSteps(of: picture))
        var logits = [Float](repeating: -.infinity, count: embeddings.classes.count)
        for (id, value) in zip(ids, values) { logits[id] = value }
        predictions.append(.init(picture: picture.name, label: labels[index], logits: logits))
      }
    }
    let known = Set(predictions.map(\.label))
    return LeaveOneOut(
      classes: embeddings.classes.map(\.name), predictions: predictions,
      singles: embeddings.classes.indices.filter { !known.contains($0) }.map { embeddings.classes[$0].name })
  }
}
