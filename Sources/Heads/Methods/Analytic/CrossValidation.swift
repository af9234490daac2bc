import LinearAlgebra
import ModelSurgery

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The leave-one-out cross-validation of the analytic head, over the pictures of classes with two or more pictures.
struct CrossValidation {
  private let features: LabelledFeatures
  private let means: ClassMeans
  // The pictures to leave out.
  private let pictures: [Int]

  // The greatest number of elements in a block of work, and of logits in total.
  private static let block = 1 << 22
  private static let mostLogits = 1 << 26
  // The greatest number of views for choosing τ, unless there are more dimensions.
  private static let views = 1024
  private static let directions = 256
  private static let taus = [0.125, 0.25, 0.5, 1, 2, 4, 8]

  /// The chosen settings.
  struct Choice {
    let settings: Analytic.Settings
    /// The metric for the head.
    let metric: any MahalanobisMetric
    /// The metric for leave-one-out, at the precision that leave-one-out needs.
    let validationMetric: any MahalanobisMetric
    /// The pictures that the settings were chosen on, and their scores.
    let pictures: [Int]
    let scores: Matrix

    /// Returns the choice with the metric refined for the head.
    fileprivate func refined() throws(LinearAlgebraError) -> Choice {
      Choice(
        settings: settings, metric: try metric.refined(), validationMetric: validationMetric, pictures: pictures,
        scores: scores)
    }
  }

  init(_ features: LabelledFeatures, _ means: ClassMeans) {
    self.features = features
    self.means = means
    let all = features.labels.indices.filter { features.counts[features.labels[$0]] > 1 }
    pictures = all.spread(to: max(1, Self.mostLogits / features.classes.count))
  }

  /// Chooses τ, by descent from 1 in either direction, and t.
  func choose(_ scatter: ScatterMatrix, kept: Analytic.Settings?) throws(LinearAlgebraError) -> Choice {
    if let kept {
      let metric = try scatter.metric(lambda: means.lambda(kept.tau), means: means)
      let none = Matrix(rows: 0, columns: features.classes.count)
      return try Choice(settings: kept, metric: metric, validationMetric: metric, pictures: [], scores: none).refined()
    }
    let views = max(256, max(Self.views, features.rows.columns) / features.views)
    let sample = pictures.spread(to: min(views, max(256, Self.block / features.classes.count)))
    var place = Self.taus.count / 2
    var best = try evaluate(scatter, tau: Self.taus[place], on: sample)
    for step in [-1, 1] {
      let start = place
      while Self.taus.indices.contains(place + step) {
        let next = try evaluate(scatter, tau: Self.taus[place + step], on: sample)
        guard next.cost < best.cost else { break }
        best = next
        place += step
      }
      if place != start { break }
    }
    return try best.choice.refined()
  }

  /// Returns the predictions for all pictures.
  func leaveOneOut(_ choice: Choice) throws(LinearAlgebraError) -> LeaveOneOut {
    let settings = choice.settings
    var predictions: [LeaveOneOut.Prediction] = []
    predictions.reserveCapacity(pictures.count)
    func add(_ picture: Int, _ scores: some Sequence<Double>) {
      predictions.append(
        LeaveOneOut.Prediction(
          picture: features.names[picture], label: features.labels[picture],
          logits: scores.map { Float(settings.temperature * $0) }))
    }
    if choice.pictures == pictures {
      for (index, picture) in pictures.enumerated() { add(picture, choice.scores[row: index]) }
    } else {
      let correction = BiasCorrection(means, spread: settings.spread)
      try forEach(pictures, choice.validationMetric) { picture, leftOut in
        let label = features.labels[picture]
        add(picture, leftOut.scores.enumerated().lazy.map { $1 + correction.score(of: $0, leftOutOf: label) })
      }
    }
    let singles = features.classes.indices.filter { features.counts[$0] == 1 }.map { features.classes[$0] }
    return LeaveOneOut(classes: features.classes, predictions: predictions, singles: singles)
  }

  /// Returns the novelty score, or nil where all pictures are equally distant from their classes.
  func novelty(_ scatter: ScatterMatrix, lambda: Double) throws -> NoveltyScore? {
    let metric = try scatter.truncatedMetric(lambda: lambda, directions: Self.directions, means: means)
    var values: [NoveltyScore.Value] = []
    values.reserveCapacity(pictures.count)
    try forEach(pictures, metric) { _, leftOut in
      var distance = Double.infinity
      var projection = -Double.infinity
      for (linear, length) in zip(leftOut.linear, leftOut.lengths) {
        distance = min(distance, leftOut.square - 2 * linear + length)
        if length > 0 { projection = max(projection, linear / length) }
      }
      values.append(.init(distance: max(0, distance), projection: projection.isFinite ? projection : 0))
    }
    let mean = values.reduce(0) { $0 + $1.distance } / Double(max(1, values.count))
    let variance = values.reduce(0) { $0 + ($1.distance - mean) * ($1.distance - mean) } / Double(max(1, values.count))
    let deviation = variance.squareRoot()
    guard deviation > 1e-9 * max(1, mean), deviation.isFinite else { return nil }
    // If the means of all classes coincide, there are no projections and no score.
    return try? NoveltyScore(
      mean: means.centre.map(Float.init), directions: metric.directions.elements.map(Float.init),
      shares: metric.shares.map(Float.init), lambda: metric.remainder ?? lambda,
      discriminants: try metric.discriminants().elements.map(Float.init),
      lengths: metric.lengths.map(Float.init), deviation: deviation, training: values)
  }

  /// Leaves out each picture and calls a closure with the result.
  func forEach(
    _ pictures: [Int], _ metric: some MahalanobisMetric, _ body: (Int, borrowing LeaveOneOutUpdate) -> Void
  ) throws(LinearAlgebraError) {
    let widest = max(features.rows.columns, features.classes.count) * features.views
    let size = max(1, Self.block / max(1, widest))
    var leftOut = LeaveOneOutUpdate(means, lengths: metric.lengths, views: features.views)
    for start in stride(from: 0, to: pictures.count, by: size) {
      let block = Array(pictures[start..<min(start + size, pictures.count)])
      let products = try metric.products(of: block, features, means)
      for (index, picture) in block.enumerated() {
        leftOut.leaveOut(index, label: features.labels[picture], products)
        body(picture, leftOut)
      }
    }
  }

  /// Returns the choice for a τ, with its negative log posterior.
  private func evaluate(
    _ scatter: ScatterMatrix, tau: Double, on sample: [Int]
  ) throws(LinearAlgebraError) -> (choice: Choice, cost: Double) {
    let classes = features.classes.count
    let metric = try scatter.metric(lambda: means.lambda(tau), means: means)
    let labels = sample.map { features.labels[$0] }
    var scores = Matrix(rows: sample.count, columns: classes)
    var spread = 0.0
    try scores.withUnsafeMutableElements { scores throws(LinearAlgebraError) in
      var next = 0
      try forEach(sample, metric) { _, leftOut in
        for score in leftOut.scores {
          scores[next] = score
          next += 1
        }
        spread += leftOut.spread / Double(sample.count)
      }
      // v is known only after the loop.
      let correction = BiasCorrection(means, spread: spread)
      for (row, label) in labels.enumerated() {
        for place in 0..<classes { scores[row * classes + place] += correction.score(of: place, leftOutOf: label) }
      }
    }
    let lengths = metric.lengths
    let offsets = LinearDiscriminant.offsets(lengths: lengths, means: means, spread: spread)
    let temperature = Temperature(
      scores: scores, labels: labels, pictures: pictures.count,
      expected: Temperature.expected(gap: LinearDiscriminant.gap(lengths: lengths, offsets: offsets, means: means)))
    let settings = Analytic.Settings(tau: tau, temperature: temperature.factor, spread: spread)
    // The prior of τ, log-normal with median 2, matters with few pictures.
    let prior = log(tau / 2) * log(tau / 2) / 2
    return (
      Choice(settings: settings, metric: metric, validationMetric: metric, pictures: sample, scores: scores),
      Double(pictures.count) * temperature.loss + prior
    )
  }
}

extension [Int] {
  /// Returns at most `limit` of the elements, evenly spaced.
  fileprivate func spread(to limit: Int) -> [Int] {
    count <= limit ? self : (0..<limit).map { self[$0 * count / limit] }
  }
}
