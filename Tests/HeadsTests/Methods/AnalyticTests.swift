import ModelSurgery
import Foundation
import LinearAlgebra
import TestMaterial
import Testing

@testable import Heads

@Suite("The analytic head")
struct AnalyticTests {
  @Test(
    "Leave-one-out is what solving anew without the picture gives",
    arguments: [
      ([5, 4, 2, 3], 40, Augmentation.off), ([5, 4, 2, 3], 9, .off), ([5, 4, 2, 3], 90, .five),
      ([5, 4, 2, 3], 20, .five),
      ([3, 1, 4], 12, .off), ([2, 2], 6, .thirteen),
    ])
  func leaveOneOut(counts: [Int], dimension: Int, views: Augmentation) throws {
    let seen = try MadeUpPictures.seen(counts, dimension: dimension, views: views)
    let features = try LabelledFeatures(seen)
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
          let known = try withoutPicture(picture, features, means, lambda: lambda)
          for place in means.counts.indices {
            #expect(abs(leftOut.linear[place] - known.linear[place]) < 1e-8 * max(1, abs(known.linear[place])))
            #expect(abs(leftOut.lengths[place] - known.lengths[place]) < 1e-8 * max(1, known.lengths[place]))
          }
          #expect(abs(leftOut.square - known.square) < 1e-8 * max(1, known.square))
        } catch {
          Issue.record(error)
        }
      }
    }
  }

  @Test("Products through the Gram matrix and through the scatter itself give the same head", arguments: [1, 5])
  func dualIsPrimal(views: Int) throws {
    let views: Augmentation = views == 1 ? .off : .five
    let seen = try MadeUpPictures.seen([6, 4, 5], dimension: 100, views: views)
    let features = try LabelledFeatures(seen)
    let means = ClassMeans(features)
    let dual = try ScatterMatrix(features, means)
    guard case .rows = dual else {
      Issue.record("fewer rows than dimensions are to be taken by their Gram matrix")
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
    "Many pictures' head is exact, though factors are of 32 bits, and so nearly is what is said of each left out",
    arguments: [(Augmentation.off, [180, 200, 160]), (.five, [40, 35, 33])])
  func single(views: Augmentation, counts: [Int]) throws {
    let features = try LabelledFeatures(MadeUpPictures.seen(counts, dimension: 600, views: views))
    let means = ClassMeans(features)
    let validation = CrossValidation(features, means)
    let dual = try ScatterMatrix(features, means)
    guard case .rows(let rows) = dual, case .single = rows.gram else {
      Issue.record("so many rows are to be taken in 32-bit floats")
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
    // So many that all are found exactly: of fewer the last are as good as any where their neighbours are alike.
    let truncated = (
      try dual.truncatedMetric(lambda: means.lambda(1), directions: 200, means: means),
      try primal.truncatedMetric(lambda: means.lambda(1), directions: 200, means: means)
    )
    #expect(zip(truncated.0.shares, truncated.1.shares).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(abs(truncated.0.lengths[0] / truncated.1.lengths[0] - 1) < 1e-4)
  }

  @Test("Where 32 bits do not do, as of copies of few pictures, 64 do")
  func singleFallsBack() throws {
    let few = try MadeUpPictures.seen([1, 1], dimension: 600)
    var seen = EmbeddingSet(space: few.space, budget: EmbeddingSet.defaultBudget)
    for known in few.classes {
      for number in 0..<300 {
        try seen.add(EmbeddedPicture(name: "\(number)", embeddings: known.pictures[0].embeddings), to: known.name)
      }
    }
    let features = try LabelledFeatures(seen)
    let means = ClassMeans(features)
    let lambda = 1e-9
    let dual = try ScatterMatrix(features, means)
    let primal = ScatterMatrix.whole(try ScatterMatrix.square(features, means))
    let one = try dual.metric(lambda: lambda, means: means).refined().discriminants().elements
    let other = try primal.metric(lambda: lambda, means: means).discriminants().elements
    let size = other.map(abs).max() ?? 0
    #expect(zip(one, other).allSatisfy { abs($0 - $1) < 1e-4 * size })
    #expect(try Analytic().solve(seen).leaveOneOut?.accuracy == 1)
  }

  @Test("Kept settings give the same head from sums as from single pictures", arguments: [30, 8])
  func sums(dimension: Int) throws {
    let seen = try MadeUpPictures.seen([6, 4, 5], dimension: dimension)
    let whole = try Analytic().solution(seen)
    var sums = EmbeddingSet(space: seen.space, budget: 0)
    try sums.merge(seen)
    let ofSums = try Analytic(keeping: whole.settings).solution(sums)
    #expect(ofSums.settings == whole.settings)
    #expect(ofSums.solved.leaveOneOut == nil)
    #expect(ofSums.solved.novelty == nil)
    #expect(isClose(ofSums.solved.head, whole.solved.head, 1e-5))
    let kept = try Analytic(keeping: whole.settings).solution(seen)
    #expect(isClose(kept.solved.head, whole.solved.head, 1e-6))
    #expect(kept.solved.leaveOneOut?.predictions.count == 15)

    let alone = try Analytic().solution(sums)
    #expect(alone.settings.tau == 0.5)
    #expect(alone.settings.temperature == 0.2)
    #expect(abs(alone.settings.spread / whole.settings.spread) < 10)
  }

  @Test("A picture more is the head of all, under the settings kept")
  func addingOne() throws {
    var seen = try MadeUpPictures.seen([6, 4, 5], dimension: 20)
    let whole = try Analytic().solution(seen)
    var sums = EmbeddingSet(space: seen.space, budget: 0)
    try sums.merge(seen)
    let more = MadeUpPictures.picture("more", [(0..<20).map { Float($0) / 20 }])
    try sums.add(more, to: "class 1")
    try seen.add(more, to: "class 1")
    let method = Analytic(keeping: whole.settings)
    #expect(isClose(try method.solve(sums).head, try method.solve(seen).head, 1e-5))
    let lone = MadeUpPictures.picture("lone", [(0..<20).map { Float(20 - $0) / 20 }])
    try sums.add(lone, to: "new")
    #expect(try method.solve(sums).head.classCount == 4)
  }

  @Test("The pictures' order changes nothing but rounding")
  func order() throws {
    let seen = try MadeUpPictures.seen([6, 9, 5], dimension: 24)
    var turned = EmbeddingSet(space: seen.space)
    for known in seen.classes {
      for picture in known.pictures.reversed() { try turned.add(picture, to: known.name) }
    }
    let one = try Analytic().solution(seen)
    let other = try Analytic().solution(turned)
    #expect(one.settings.tau == other.settings.tau)
    #expect(isClose(one.solved.head, other.solved.head, 1e-5))
    #expect(try Analytic().solve(seen).head == one.solved.head)
    let answers = Dictionary(
      uniqueKeysWithValues: try #require(other.solved.leaveOneOut).predictions.map { ($0.picture, $0.logits) })
    for answer in try #require(one.solved.leaveOneOut).predictions {
      let again = try #require(answers[answer.picture])
      #expect(zip(answer.logits, again).allSatisfy { abs($0 - $1) < 1e-3 * max(1, abs($0)) })
    }
  }

  @Test("The head finds what it was taught, also with embeddings below 0", arguments: [true, false])
  func recall(isNonNegative: Bool) throws {
    let all = try MadeUpPictures.seen([12, 12, 12, 12], dimension: 30, isNonNegative: isNonNegative)
    var taught = EmbeddingSet(space: all.space)
    var asked: [(label: Int, picture: EmbeddedPicture)] = []
    for (place, known) in all.classes.enumerated() {
      for (index, picture) in known.pictures.enumerated() {
        if index < 8 { try taught.add(picture, to: known.name) } else { asked.append((place, picture)) }
      }
    }
    let solved = try Analytic().solve(taught)
    #expect(solved.head.transform == (isNonNegative ? .root : .signedRoot))
    let right = asked.filter { label, picture in
      let logits = solved.head.logits(of: all.space.steps(picture.embeddings))
      return logits.indices.max { logits[$0] < logits[$1] } == label
    }
    #expect(right.count >= 15)
    #expect(try #require(solved.leaveOneOut).accuracy > 0.85)
  }

  @Test("With one picture a class there is a head, and nothing to be left out", arguments: [Augmentation.off, .five])
  func onePicture(views: Augmentation) throws {
    let seen = try MadeUpPictures.seen([1, 1, 1], dimension: 30, views: views)
    let solved = try Analytic().solve(seen)
    #expect(solved.leaveOneOut == nil)
    #expect(solved.novelty == nil)
    var gap: Float = 0
    for (place, known) in seen.classes.enumerated() {
      let steps = Array(seen.space.steps(known.pictures[0].embeddings).prefix(30))
      let logits = solved.head.logits(of: steps)
      #expect(logits.indices.max { logits[$0] < logits[$1] } == place)
      gap += (logits[place] - (logits.reduce(0, +) - logits[place]) / 2) / 3
    }
    #expect(views == .off ? abs(gap - 12.5) < 0.01 : abs(gap - 12.5) < 3)
    var sums = EmbeddingSet(space: seen.space, budget: 0)
    try sums.merge(seen)
    #expect(isClose(try Analytic().solve(sums).head, solved.head, 1e-4))
  }

  @Test("A class with one picture is named, and the others are left out")
  func singles() throws {
    let solved = try Analytic().solve(try MadeUpPictures.seen([4, 1, 60, 2], dimension: 30))
    let leaveOneOut = try #require(solved.leaveOneOut)
    #expect(leaveOneOut.singles == ["class 1"])
    #expect(leaveOneOut.predictions.count == 66)
    #expect(Set(leaveOneOut.predictions.map(\.label)) == [0, 2, 3])
    #expect(leaveOneOut.predictions.allSatisfy { $0.logits.count == 4 && $0.logits.allSatisfy { $0.isFinite } })
    #expect(solved.novelty?.training.count == 66)
  }

  @Test("Fewer than two classes are refused", arguments: [0, 1])
  func tooFew(count: Int) throws {
    let seen = try MadeUpPictures.seen(Array(repeating: 3, count: count), dimension: 4)
    #expect(throws: HeadError.tooFewClasses(count)) { try Analytic().solve(seen) }
  }

  @Test(
    "Pictures that cannot be told apart, or of nothing at all, give finite logits", arguments: [1, 2, 5], [0, 1, 7])
  func degenerate(count: Int, step: Int) throws {
    let embedding = (0..<6).map { Float(step * ($0 + 1)) }
    for classes in [2, 3] {
      var seen = EmbeddingSet(space: MadeUpPictures.space(6))
      for place in 0..<classes {
        for index in 0..<count {
          try seen.add(MadeUpPictures.picture("\(index)", [embedding]), to: "class \(place)")
        }
      }
      let solved = try Analytic().solve(seen)
      let logits = solved.head.logits(of: embedding)
      #expect(logits.allSatisfy { abs($0 - logits[0]) < 1e-3 })
      #expect(solved.leaveOneOut?.predictions.allSatisfy { $0.logits.allSatisfy { $0.isFinite } } ?? true)
      #expect(solved.novelty == nil)
    }
  }

  @Test("Two classes of the same pictures leave the others as they are")
  func twins() throws {
    var seen = try MadeUpPictures.seen([4, 4, 4], dimension: 12)
    for picture in seen.classes[0].pictures { try seen.add(picture, to: "twin") }
    let solved = try Analytic().solve(seen)
    for picture in seen.classes[0].pictures {
      let logits = solved.head.logits(of: seen.space.steps(picture.embeddings))
      #expect(abs(logits[0] - logits[3]) < 1e-3)
    }
    #expect(try #require(solved.leaveOneOut).predictions.count == 16)
  }

  @Test("Copies of one picture a class are as good as one picture a class")
  func copies() throws {
    let one = try MadeUpPictures.seen([1, 1, 1], dimension: 12)
    var copied = EmbeddingSet(space: one.space)
    for known in one.classes {
      for index in 0..<3 {
        try copied.add(EmbeddedPicture(name: "\(index)", embeddings: known.pictures[0].embeddings), to: known.name)
      }
    }
    let head = try Analytic().solve(copied).head
    for (place, known) in one.classes.enumerated() {
      let logits = head.logits(of: one.space.steps(known.pictures[0].embeddings))
      #expect(logits.allSatisfy { $0.isFinite })
      #expect(logits.indices.max { logits[$0] < logits[$1] } == place)
    }
  }

  @Test("A picture under a wrong label is the most suspicious one")
  func suspect() throws {
    var seen = try MadeUpPictures.seen([10, 10, 10], dimension: 40, noise: 0.5)
    let wrong = seen.classes[0].pictures[3]
    try seen.remove(picture: wrong.name, from: "class 0")
    try seen.add(wrong, to: "class 2")
    let suspect = try #require(try Analytic().solve(seen).leaveOneOut?.suspects(1).first)
    #expect(suspect.picture == wrong.name)
    #expect(suspect.looksLike == "class 0")
  }

  @Test("Of many classes answers stay within bounds")
  func manyClasses() throws {
    let solved = try Analytic().solve(try MadeUpPictures.seen(Array(repeating: 2, count: 400), dimension: 16))
    #expect(solved.head.classCount == 400)
    #expect(solved.leaveOneOut?.predictions.count == 800)
  }

  @Test("Settings that make no sense are refused")
  func badSettings() throws {
    let seen = try MadeUpPictures.seen([2, 2], dimension: 4)
    for settings in [
      Analytic.Settings(tau: 0, temperature: 1, spread: 1), .init(tau: 1, temperature: .nan, spread: 1),
      .init(tau: 1, temperature: 1, spread: -1), .init(tau: .infinity, temperature: 1, spread: 1),
    ] {
      #expect(throws: HeadError.self) { try Analytic(keeping: settings).solve(seen) }
    }
  }

  private func isClose(_ one: LinearHead, _ other: LinearHead, _ tolerance: Float) -> Bool {
    let size = other.weights.map(abs).max() ?? 0
    return one.transform == other.transform && one.weights.count == other.weights.count
      && zip(one.weights + one.biases, other.weights + other.biases).allSatisfy { abs($0 - $1) <= tolerance * size }
  }

  /// What is known of a picture when A, the means and μ are made without it; N stays.
  private func withoutPicture(
    _ left: Int, _ features: LabelledFeatures, _ means: ClassMeans, lambda: Double
  ) throws -> (linear: [Double], lengths: [Double], square: Double) {
    let dimension = features.rows.columns
    let classes = features.classes.count
    let weight = 1 / Double(features.views)
    var counts = means.counts
    counts[features.labels[left]] -= 1
    func rows(_ picture: Int) -> [[Double]] {
      (0..<features.views).map { Array(features.rows[row: picture * features.views + $0]) }
    }
    var ofClasses = Array(repeating: Array(repeating: 0.0, count: dimension), count: classes)
    for (picture, label) in features.labels.enumerated() where picture != left {
      for row in rows(picture) {
        for index in 0..<dimension { ofClasses[label][index] += weight * row[index] / counts[label] }
      }
    }
    let centre = (0..<dimension).map { index in ofClasses.reduce(0) { $0 + $1[index] } / Double(classes) }
    let centred = ofClasses.map { mean in zip(mean, centre).map { $0 - $1 } }
    var matrix = Matrix(rows: dimension, columns: dimension)
    for index in 0..<dimension { matrix[index, index] = lambda }
    for (picture, label) in features.labels.enumerated() where picture != left {
      let differences = rows(picture).map { row in zip(row, ofClasses[label]).map { $0 - $1 } }
      try matrix.addSquare(
        of: Matrix(columns: dimension, elements: differences.flatMap { $0 }), factor: weight / means.total)
    }
    let rowsOfMeans = try Matrix(columns: dimension, elements: centred.flatMap { $0 })
    try matrix.addSquare(of: rowsOfMeans, factor: 0.05 / Double(classes))
    let factor = try Cholesky(of: matrix)
    let query = zip(rows(left)[0], centre).map { $0 - $1 }
    let solved = try factor.dividing(Matrix(columns: dimension, elements: query))
    func product(_ one: some Sequence<Double>, _ other: some Sequence<Double>) -> Double {
      zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let discriminants = try factor.dividing(rowsOfMeans)
    return (
      centred.map { product($0, solved.elements) },
      centred.indices.map { product(centred[$0], discriminants[row: $0]) }, product(query, solved.elements)
    )
  }
}
