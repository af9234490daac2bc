import ModelSurgery
import Foundation
import LinearAlgebra
import TestMaterial
import Testing

@testable import Heads

@Suite("The analytic head")
struct AnalyticTests {
  @Test(
    "Leave-one-out results equal those of solving again without the picture",
    arguments: [
      ([5, 4, 2, 3], 40, Augmentation.off), ([5, 4, 2, 3], 9, .off), ([5, 4, 2, 3], 90, .five),
      ([5, 4, 2, 3], 20, .five),
      ([3, 1, 4], 12, .off), ([2, 2], 6, .thirteen),
    ])
  func leaveOneOut(counts: [Int], dimension: Int, views: Augmentation) throws {
    let set = try FloatEmbeddings.set(counts, dimension: dimension, views: views)
    let features = try LabelledFeatures(set)
    let means = ClassMeans(features)
    let validation = CrossValidation(features, means)
    let scatter = try ScatterMatrix(features, means)
    let lambda = means.lambda(1)
    let whole = try ScatterMatrix.square(features, means)
    let pictures = features.labels.indices.filter { features.counts[features.labels[$0]] > 1 }
    for metric in [
      try scatter.metric(lambda: lambda, means: means),
      try ScatterMatrix.whole(whole).metric(lambda: lambda, means: means),
    ] {
      var visited = 0
      defer { #expect(visited == pictures.count) }
      try validation.forEach(pictures, metric) { picture, leftOut in
        visited += 1
        do {
          let expected = try withoutPicture(picture, features, means, lambda: lambda)
          for place in means.counts.indices {
            #expect(abs(leftOut.linear[place] - expected.linear[place]) < 1e-8 * max(1, abs(expected.linear[place])))
            #expect(abs(leftOut.lengths[place] - expected.lengths[place]) < 1e-8 * max(1, expected.lengths[place]))
          }
          #expect(abs(leftOut.square - expected.square) < 1e-8 * max(1, expected.square))
        } catch {
          Issue.record(error)
        }
      }
    }
  }

  @Test("The Gram matrix and the scatter matrix give the same head", arguments: [1, 5])
  func dualIsPrimal(views: Int) throws {
    let views: Augmentation = views == 1 ? .off : .five
    let set = try FloatEmbeddings.set([6, 4, 5], dimension: 100, views: views)
    let features = try LabelledFeatures(set)
    let means = ClassMeans(features)
    let dual = try ScatterMatrix(features, means)
    guard case .rows = dual else {
      Issue.record("fewer rows than dimensions should use the Gram matrix")
      return
    }
    let primal = ScatterMatrix.whole(try ScatterMatrix.square(features, means))
    for tau in [0.125, 1, 8] {
      let one = try dual.metric(lambda: means.lambda(tau), means: means).discriminants()
      let other = try primal.metric(lambda: means.lambda(tau), means: means).discriminants()
      let size = other.elements.map(abs).max() ?? 0
      #expect(zip(one.elements, other.elements).allSatisfy { abs($0 - $1) < 1e-9 * size })
    }
  }

  @Test(
    "With 32-bit factors, the head of many pictures is exact, and leave-one-out scores nearly so",
    arguments: [(Augmentation.off, [180, 200, 160]), (.five, [40, 35, 33])])
  func single(views: Augmentation, counts: [Int]) throws {
    let features = try LabelledFeatures(FloatEmbeddings.set(counts, dimension: 600, views: views))
    let means = ClassMeans(features)
    let validation = CrossValidation(features, means)
    let dual = try ScatterMatrix(features, means)
    guard case .rows(let rows) = dual, case .single = rows.gram else {
      Issue.record("this many rows should use 32-bit floats")
      return
    }
    let primal = ScatterMatrix.whole(try ScatterMatrix.square(features, means))
    let pictures = Array(features.labels.indices)
    for tau in [0.125, 1, 8] {
      let lambda = means.lambda(tau)
      let metrics = (try dual.metric(lambda: lambda, means: means), try primal.metric(lambda: lambda, means: means))
      let exact = try metrics.1.discriminants().elements
      let size = exact.map(abs).max() ?? 0
      let refined = try metrics.0.refined().discriminants().elements
      #expect(zip(refined, exact).allSatisfy { abs($0 - $1) < 1e-9 * size })
      var scores: [[Double]] = [[], []]
      try validation.forEach(pictures, metrics.0) { scores[0] += $1.scores }
      try validation.forEach(pictures, metrics.1) { scores[1] += $1.scores }
      let greatest = scores[1].map(abs).max() ?? 0
      #expect(zip(scores[0], scores[1]).allSatisfy { abs($0 - $1) < 1e-4 * greatest })
    }
    // Enough directions to find all exactly: with fewer, the last ones are arbitrary among nearly equal neighbours.
    let truncated = (
      try dual.truncatedMetric(lambda: means.lambda(1), directions: 200, means: means),
      try primal.truncatedMetric(lambda: means.lambda(1), directions: 200, means: means)
    )
    #expect(zip(truncated.0.shares, truncated.1.shares).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(abs(truncated.0.lengths[0] / truncated.1.lengths[0] - 1) < 1e-4)
  }

  @Test("Falls back to 64 bits where 32 are too few, as for copies of few pictures")
  func singleFallsBack() throws {
    let few = try FloatEmbeddings.set([1, 1], dimension: 600)
    var set = EmbeddingSet(space: few.space, budget: EmbeddingSet.defaultBudget)
    for embeddedClass in few.classes {
      for number in 0..<300 {
        try set.add(
          EmbeddedPicture(name: "\(number)", embeddings: embeddedClass.pictures[0].embeddings), to: embeddedClass.name)
      }
    }
    let features = try LabelledFeatures(set)
    let means = ClassMeans(features)
    let lambda = 1e-9
    let dual = try ScatterMatrix(features, means)
    let primal = ScatterMatrix.whole(try ScatterMatrix.square(features, means))
    let one = try dual.metric(lambda: lambda, means: means).refined().discriminants().elements
    let other = try primal.metric(lambda: lambda, means: means).discriminants().elements
    let size = other.map(abs).max() ?? 0
    #expect(zip(one, other).allSatisfy { abs($0 - $1) < 1e-4 * size })
    #expect(try Analytic().solve(set).leaveOneOut?.accuracy == 1)
  }

  @Test("Few pictures can choose plain unit vectors instead of the space's transform; the settings are for the latter")
  func choosesFeatures() throws {
    var generator = SeededGenerator(seed: 11)
    // Classes that differ in few large elements, which the root makes small.
    let pictures = (0..<4).map { place in
      (0..<12).map { _ in
        (0..<24).map { index in
          index / 6 == place ? UInt8.random(in: 120...255, using: &generator) : .random(in: 0...90, using: &generator)
        }
      }
    }
    let set = try ClusteredEmbeddings(dimension: 24).set(embeddings: pictures)
    let solution = try Analytic().solution(set)
    #expect(set.space.transform == .root && solution.solved.head.transform == .plain)
    #expect(try Analytic(keeping: solution.settings).solution(set).solved.head.transform == .root)
  }

  @Test("With stored settings, sums give the same head as individual pictures", arguments: [30, 8])
  func sums(dimension: Int) throws {
    let set = try FloatEmbeddings.set([6, 4, 5], dimension: dimension)
    let reference = try Analytic().solution(set)
    var sums = EmbeddingSet(space: set.space, budget: 0)
    try sums.merge(set)
    let fromSums = try Analytic(keeping: reference.settings).solution(sums)
    #expect(fromSums.settings == reference.settings)
    #expect(fromSums.solved.leaveOneOut == nil)
    #expect(fromSums.solved.novelty == nil)
    let fromEmbeddings = try Analytic(keeping: reference.settings).solution(set)
    #expect(isClose(fromSums.solved.head, fromEmbeddings.solved.head, Self.rounding))
    #expect(fromEmbeddings.solved.leaveOneOut?.predictions.count == 15)

    let withoutSettings = try Analytic().solution(sums)
    #expect(withoutSettings.settings.tau == 0.5)
    #expect(withoutSettings.settings.temperature == 0.2)
    #expect(abs(withoutSettings.settings.spread / reference.settings.spread) < 10)
  }

  @Test("With stored settings, adding a picture to sums gives the head of all pictures")
  func addingOne() throws {
    var set = try FloatEmbeddings.set([6, 4, 5], dimension: 20)
    let reference = try Analytic().solution(set)
    var sums = EmbeddingSet(space: set.space, budget: 0)
    try sums.merge(set)
    let more = FloatEmbeddings.picture("more", [(0..<20).map { Float($0) / 20 }])
    try sums.add(more, to: "class 1")
    try set.add(more, to: "class 1")
    let method = Analytic(keeping: reference.settings)
    #expect(isClose(try method.solve(sums).head, try method.solve(set).head, Self.rounding))
    let lone = FloatEmbeddings.picture("lone", [(0..<20).map { Float(20 - $0) / 20 }])
    try sums.add(lone, to: "new")
    #expect(try method.solve(sums).head.classCount == 4)
  }

  @Test("The order of the pictures changes only rounding")
  func order() throws {
    let set = try FloatEmbeddings.set([6, 9, 5], dimension: 24)
    var reversed = EmbeddingSet(space: set.space)
    for embeddedClass in set.classes {
      for picture in embeddedClass.pictures.reversed() { try reversed.add(picture, to: embeddedClass.name) }
    }
    let one = try Analytic().solution(set)
    let other = try Analytic().solution(reversed)
    #expect(one.settings.tau == other.settings.tau)
    #expect(isClose(one.solved.head, other.solved.head, 1e-5))
    #expect(try Analytic().solve(set).head == one.solved.head)
    let answers = Dictionary(
      uniqueKeysWithValues: try #require(other.solved.leaveOneOut).predictions.map { ($0.picture, $0.logits) })
    for answer in try #require(one.solved.leaveOneOut).predictions {
      let again = try #require(answers[answer.picture])
      #expect(zip(answer.logits, again).allSatisfy { abs($0 - $1) < 1e-3 * max(1, abs($0)) })
    }
  }

  @Test("The head recognises new pictures of its classes, also with negative embeddings", arguments: [true, false])
  func recall(isNonNegative: Bool) throws {
    let all = try FloatEmbeddings.set([12, 12, 12, 12], dimension: 30, isNonNegative: isNonNegative)
    var training = EmbeddingSet(space: all.space)
    var queries: [(label: Int, picture: EmbeddedPicture)] = []
    for (place, embeddedClass) in all.classes.enumerated() {
      for (index, picture) in embeddedClass.pictures.enumerated() {
        if index < 8 { try training.add(picture, to: embeddedClass.name) } else { queries.append((place, picture)) }
      }
    }
    let solved = try Analytic().solve(training)
    #expect(solved.head.transform == (isNonNegative ? .root : .signedRoot))
    let right = queries.filter { label, picture in
      let logits = solved.head.logits(of: all.space.steps(picture.embeddings))
      return logits.indices.max { logits[$0] < logits[$1] } == label
    }
    #expect(right.count >= 15)
    #expect(try #require(solved.leaveOneOut).accuracy > 0.85)
  }

  @Test("One picture per class gives a head without leave-one-out", arguments: [Augmentation.off, .five])
  func onePicture(views: Augmentation) throws {
    let set = try FloatEmbeddings.set([1, 1, 1], dimension: 30, views: views)
    let solved = try Analytic().solve(set)
    #expect(solved.leaveOneOut == nil)
    #expect(solved.novelty == nil)
    var gap: Float = 0
    for (place, embeddedClass) in set.classes.enumerated() {
      let steps = Array(set.space.steps(embeddedClass.pictures[0].embeddings).prefix(30))
      let logits = solved.head.logits(of: steps)
      #expect(logits.indices.max { logits[$0] < logits[$1] } == place)
      gap += (logits[place] - (logits.reduce(0, +) - logits[place]) / 2) / 3
    }
    #expect(views == .off ? abs(gap - 12.5) < 0.01 : abs(gap - 12.5) < 3)
    var sums = EmbeddingSet(space: set.space, budget: 0)
    try sums.merge(set)
    #expect(isClose(try Analytic().solve(sums).head, solved.head, Self.rounding))
  }

  @Test("Leave-one-out names a class with one picture, and covers the other classes")
  func singles() throws {
    let solved = try Analytic().solve(try FloatEmbeddings.set([4, 1, 60, 2], dimension: 30))
    let leaveOneOut = try #require(solved.leaveOneOut)
    #expect(leaveOneOut.singles == ["class 1"])
    #expect(leaveOneOut.predictions.count == 66)
    #expect(Set(leaveOneOut.predictions.map(\.label)) == [0, 2, 3])
    #expect(leaveOneOut.predictions.allSatisfy { $0.logits.count == 4 && $0.logits.allSatisfy { $0.isFinite } })
    #expect(solved.novelty?.training.count == 66)
  }

  @Test("Rejects fewer than two classes", arguments: [0, 1])
  func tooFew(count: Int) throws {
    let set = try FloatEmbeddings.set(Array(repeating: 3, count: count), dimension: 4)
    #expect(throws: HeadError.tooFewClasses(count)) { try Analytic().solve(set) }
  }

  @Test(
    "Indistinguishable or black pictures give finite logits", arguments: [1, 2, 5], [0, 1, 7])
  func degenerate(count: Int, step: Int) throws {
    let embedding = (0..<6).map { Float(step * ($0 + 1)) }
    for classes in [2, 3] {
      var set = EmbeddingSet(space: FloatEmbeddings.space(6))
      for place in 0..<classes {
        for index in 0..<count {
          try set.add(FloatEmbeddings.picture("\(index)", [embedding]), to: "class \(place)")
        }
      }
      let solved = try Analytic().solve(set)
      let logits = solved.head.logits(of: embedding)
      #expect(logits.allSatisfy { abs($0 - logits[0]) < 1e-3 })
      #expect(solved.leaveOneOut?.predictions.allSatisfy { $0.logits.allSatisfy { $0.isFinite } } ?? true)
      #expect(solved.novelty == nil)
    }
  }

  @Test("Two classes with the same pictures get the same logits")
  func twins() throws {
    var set = try FloatEmbeddings.set([4, 4, 4], dimension: 12)
    for picture in set.classes[0].pictures { try set.add(picture, to: "twin") }
    let solved = try Analytic().solve(set)
    for picture in set.classes[0].pictures {
      let logits = solved.head.logits(of: set.space.steps(picture.embeddings))
      #expect(abs(logits[0] - logits[3]) < 1e-3)
    }
    #expect(try #require(solved.leaveOneOut).predictions.count == 16)
  }

  @Test("Copies of one picture per class classify like one picture per class")
  func copies() throws {
    let one = try FloatEmbeddings.set([1, 1, 1], dimension: 12)
    var copied = EmbeddingSet(space: one.space)
    for embeddedClass in one.classes {
      for index in 0..<3 {
        try copied.add(
          EmbeddedPicture(name: "\(index)", embeddings: embeddedClass.pictures[0].embeddings), to: embeddedClass.name)
      }
    }
    let head = try Analytic().solve(copied).head
    for (place, embeddedClass) in one.classes.enumerated() {
      let logits = head.logits(of: one.space.steps(embeddedClass.pictures[0].embeddings))
      #expect(logits.allSatisfy { $0.isFinite })
      #expect(logits.indices.max { logits[$0] < logits[$1] } == place)
    }
  }

  @Test("The most suspicious picture is the one with a wrong label")
  func suspect() throws {
    var set = try FloatEmbeddings.set([10, 10, 10], dimension: 40, noise: 0.5)
    let wrong = set.classes[0].pictures[3]
    try set.remove(picture: wrong.name, from: "class 0")
    try set.add(wrong, to: "class 2")
    let suspect = try #require(try Analytic().solve(set).leaveOneOut?.suspects(1).first)
    #expect(suspect.picture == wrong.name)
    #expect(suspect.looksLike == "class 0")
  }

  @Test("Solves for 400 classes, with leave-one-out for every picture")
  func manyClasses() throws {
    let solved = try Analytic().solve(try FloatEmbeddings.set(Array(repeating: 2, count: 400), dimension: 16))
    #expect(solved.head.classCount == 400)
    #expect(solved.leaveOneOut?.predictions.count == 800)
  }

  @Test("Rejects settings that make no sense")
  func badSettings() throws {
    let set = try FloatEmbeddings.set([2, 2], dimension: 4)
    for settings in [
      Analytic.Settings(tau: 0, temperature: 1, spread: 1), .init(tau: 1, temperature: .nan, spread: 1),
      .init(tau: 1, temperature: 1, spread: -1), .init(tau: .infinity, temperature: 1, spread: 1),
    ] {
      #expect(throws: HeadError.self) { try Analytic(keeping: settings).solve(set) }
    }
  }

  // Sums are of features that are rounded to 2⁻¹⁵.
  private static let rounding: Float = 5e-4

  private func isClose(_ one: LinearHead, _ other: LinearHead, _ tolerance: Float) -> Bool {
    let size = other.weights.map(abs).max() ?? 0
    return one.transform == other.transform && one.weights.count == other.weights.count
      && zip(one.weights + one.biases, other.weights + other.biases).allSatisfy { abs($0 - $1) <= tolerance * size }
  }

  /// Returns the results for a picture with A, the means and μ computed without it, and the same N.
  private func withoutPicture(
    _ leftOut: Int, _ features: LabelledFeatures, _ means: ClassMeans, lambda: Double
  ) throws -> (linear: [Double], lengths: [Double], square: Double) {
    let dimension = features.rows.columns
    let classes = features.classes.count
    let weight = 1 / Double(features.views)
    var counts = means.counts
    counts[features.labels[leftOut]] -= 1
    func rows(_ picture: Int) -> [[Double]] {
      (0..<features.views).map { Array(features.rows[row: picture * features.views + $0]) }
    }
    var classMeans = Array(repeating: Array(repeating: 0.0, count: dimension), count: classes)
    for (picture, label) in features.labels.enumerated() where picture != leftOut {
      for row in rows(picture) {
        for index in 0..<dimension { classMeans[label][index] += weight * row[index] / counts[label] }
      }
    }
    let centre = (0..<dimension).map { index in classMeans.reduce(0) { $0 + $1[index] } / Double(classes) }
    let centred = classMeans.map { mean in zip(mean, centre).map { $0 - $1 } }
    var matrix = Matrix(rows: dimension, columns: dimension)
    for index in 0..<dimension { matrix[index, index] = lambda }
    for (picture, label) in features.labels.enumerated() where picture != leftOut {
      let differences = rows(picture).map { row in zip(row, classMeans[label]).map { $0 - $1 } }
      try matrix.addSquare(
        of: Matrix(columns: dimension, elements: differences.flatMap { $0 }), factor: weight / means.total)
    }
    let meanRows = try Matrix(columns: dimension, elements: centred.flatMap { $0 })
    try matrix.addSquare(of: meanRows, factor: 0.05 / Double(classes))
    let factor = try Cholesky(of: matrix)
    let query = zip(rows(leftOut)[0], centre).map { $0 - $1 }
    let solved = try factor.dividing(Matrix(columns: dimension, elements: query))
    func product(_ one: some Sequence<Double>, _ other: some Sequence<Double>) -> Double {
      zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let discriminants = try factor.dividing(meanRows)
    return (
      centred.map { product($0, solved.elements) },
      centred.indices.map { product(centred[$0], discriminants[row: $0]) }, product(query, solved.elements)
    )
  }
}
