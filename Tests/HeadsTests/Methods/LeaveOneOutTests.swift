import LinearAlgebra
import Testing

@testable import Heads

@Suite("Leave-one-out cross-validation")
struct LeaveOneOutTests {
  /// Returns the validation of two classes with `counts` predictions each, of which `right` are right.
  private func validation(right: [Int], of counts: [Int]) -> LeaveOneOut {
    let predictions = counts.indices.flatMap { label in
      (0..<counts[label]).map { index in
        let predicted = index < right[label] ? label : 1 - label
        return LeaveOneOut.Prediction(
          picture: "\(label)-\(index)", label: label, logits: predicted == 0 ? [1, 0] : [0, 1])
      }
    }
    return LeaveOneOut(classes: ["a", "b"], predictions: predictions)
  }

  @Test("The interval is wider than that of independent predictions, and than one of the accuracy on endless pictures")
  func equalClasses() {
    let interval = validation(right: [30, 20], of: [50, 50]).interval
    // The Wilson interval of 1 / (1.25 / 100 + 1 / 1000) = 74.07 trials.
    #expect(abs(interval.lowerBound - 0.3890) < 1e-4 && abs(interval.upperBound - 0.6110) < 1e-4)
  }

  @Test("The interval of classes of different sizes uses the effective number of predictions")
  func otherClasses() {
    // 2² / (1/30 + 1/10) = 30.
    let validation = validation(right: [15, 5], of: [30, 10])
    #expect(validation.accuracy == 0.5)
    #expect(validation.interval == WilsonInterval.interval(share: 0.5, count: 1 / (1.25 / 30 + 1 / 1000)))
  }

  @Test("The interval stays within 0 and 1, and contains the accuracy", arguments: [(0, 0), (3, 4), (1, 4), (2, 2)])
  func bounds(first: Int, second: Int) {
    let validation = validation(right: [first, second], of: [3, 4])
    #expect(validation.interval.lowerBound >= 0 && validation.interval.upperBound <= 1)
    #expect(validation.interval.contains(validation.accuracy))
  }

  @Test("The interval of no predictions is 0...1")
  func none() { #expect(LeaveOneOut(classes: ["a"], predictions: []).interval == 0...1) }

  @Test("The description states accuracy and interval")
  func description() {
    #expect("\(validation(right: [47, 47], of: [50, 50]))" == "0.94 (95 % interval 0.86–0.98), leave-one-out")
  }
}

@Suite("Leave-one-out of groups")
struct GroupLeaveOneOutTests {
  /// Returns a set in which every third picture of a class belongs to a group, and one group spans two classes.
  private func grouped(_ counts: [Int], dimension: Int, views: Augmentation) throws -> EmbeddingSet {
    let plain = try FloatEmbeddings.set(counts, dimension: dimension, views: views)
    var set = EmbeddingSet(space: plain.space)
    for (label, known) in plain.classes.enumerated() {
      for (number, var picture) in known.pictures.enumerated() {
        picture.group =
          switch number {
          case 0: label < 2 ? "both" : nil
          case 1, 2, 4: "group \(label)"
          default: nil
          }
        try set.add(picture, to: known.name)
      }
    }
    return set
  }

  @Test(
    "The results equal those of solving again without the group",
    arguments: [
      ([7, 6, 9], 40, Augmentation.off), ([7, 6, 9], 12, .off), ([6, 7], 90, .five), ([6, 7, 6], 20, .five),
    ])
  func exact(counts: [Int], dimension: Int, views: Augmentation) throws {
    let set = try grouped(counts, dimension: dimension, views: views)
    let features = try LabelledFeatures(set, groups: PictureGroups(set))
    #expect(features.together.groups.map(\.members.count) == [2] + counts.map { _ in 3 })
    let means = ClassMeans(features)
    let validation = CrossValidation(features, means)
    let lambda = means.lambda(1)
    let dual = try ScatterMatrix(features, means).metric(lambda: lambda, means: means)
    let primal = try ScatterMatrix.whole(ScatterMatrix.square(features, means)).metric(lambda: lambda, means: means)
    for metric in [dual, primal] {
      var errors: [Double] = []
      try validation.forEach(Array(features.labels.indices), metric) { picture, leftOut in
        guard let group = features.together.group(of: picture) else { return }
        let expected = Self.scores(of: picture, without: Set(group.members), features, lambda: lambda)
        let size = expected.map(abs).max() ?? 1
        errors += zip(leftOut.scores, expected).map { abs($0 - $1) / size }
      }
      #expect(errors.count == counts.count * (2 + 3 * counts.count))
      #expect(errors.allSatisfy { $0 < 1e-6 })
    }
  }

  /// Returns the scores of a picture by a head solved from the other pictures, with the same λ and the same N.
  private static func scores(
    of picture: Int, without omitted: Set<Int>, _ features: LabelledFeatures, lambda: Double
  ) -> [Double] {
    let dimension = features.rows.columns
    let views = features.views
    let classes = features.classes.count
    let kept = features.labels.indices.filter { !omitted.contains($0) }
    func rows(_ picture: Int) -> [[Double]] {
      (picture * views..<(picture + 1) * views).map { Array(features.rows[row: $0]) }
    }
    let counts = (0..<classes).map { place in kept.count { features.labels[$0] == place } }
    var sums = [[Double]](repeating: Array(repeating: 0, count: dimension), count: classes)
    for other in kept {
      for row in rows(other) {
        for index in 0..<dimension { sums[features.labels[other]][index] += row[index] / Double(views) }
      }
    }
    let means = zip(sums, counts).map { sum, count in sum.map { $0 / Double(count) } }
    let centre = (0..<dimension).map { index in means.reduce(0) { $0 + $1[index] } / Double(classes) }
    let centred = means.map { zip($0, centre).map { $0 - $1 } }
    var matrix = [[Double]](repeating: Array(repeating: 0, count: dimension), count: dimension)
    func add(_ vector: [Double], _ factor: Double) {
      for row in 0..<dimension {
        for column in 0..<dimension { matrix[row][column] += factor * vector[row] * vector[column] }
      }
    }
    for other in kept {
      for row in rows(other) {
        add(
          zip(row, means[features.labels[other]]).map { $0 - $1 }, 1 / Double(views * features.labels.count))
      }
    }
    for vector in centred { add(vector, LinearDiscriminant.kappa / Double(classes)) }
    for index in 0..<dimension { matrix[index][index] += lambda }
    let plain = zip(rows(picture)[0], centre).map { $0 - $1 }
    return centred.map { direction in
      let solved = Self.solve(matrix, direction)
      func product(_ vector: [Double]) -> Double { zip(vector, solved).reduce(0) { $0 + $1.0 * $1.1 } }
      return product(plain) - LinearDiscriminant.beta / 2 * product(direction)
    }
  }

  private static func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
    var (matrix, right) = (matrix, right)
    for pivot in right.indices {
      for row in right.indices where row != pivot {
        let factor = matrix[row][pivot] / matrix[pivot][pivot]
        for column in right.indices { matrix[row][column] -= factor * matrix[pivot][column] }
        right[row] -= factor * right[pivot]
      }
    }
    return right.indices.map { right[$0] / matrix[$0][$0] }
  }

  @Test(
    "A class whose pictures all belong to one group has no estimate, like a class of one picture",
    arguments: HeadMethods.all.map { type(of: $0).name })
  func alone(name: String) throws {
    let plain = try FloatEmbeddings.set([6, 6, 4], dimension: 30)
    var set = EmbeddingSet(space: plain.space)
    for (label, known) in plain.classes.enumerated() {
      for var picture in known.pictures {
        if label == 2 { picture.group = "one recording" }
        try set.add(picture, to: known.name)
      }
    }
    guard let validation = try #require(HeadMethods.named(name)).solve(set).leaveOneOut else { return }
    #expect(validation.singles == ["class 2"])
    #expect(Set(validation.predictions.map(\.label)) == [0, 1])
    for place in plain.classes.indices { try set.rename(class: "class \(place)", to: "all \(place)") }
    var all = EmbeddingSet(space: plain.space)
    for known in set.classes {
      for var picture in known.pictures {
        picture.group = known.name
        try all.add(picture, to: known.name)
      }
    }
    #expect(try #require(HeadMethods.named(name)).solve(all).leaveOneOut == nil)
  }

  @Test("Groups join pictures through others, and ignore indices outside")
  func joining() {
    let groups = PictureGroups(count: 7, joining: [(0, 3), (5, 6), (3, 4), (2, 2), (1, 9)])
    #expect(groups.groups == [[0, 3, 4], [5, 6]])
    #expect(PictureGroups.none.groups.isEmpty)
  }
}
