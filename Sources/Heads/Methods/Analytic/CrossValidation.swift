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
  // The greatest number of pictures from which the novelty score estimates v.
  private static let mostForSpread = 256

  /// The candidates for τ, and the log-normal prior, which matters with few pictures.
  struct Prior {
    let taus: [Double]
    /// The place of the τ that is tried first.
    let first: Int
    let median: Double
    /// The standard deviation of ln τ.
    let deviation: Double

    /// Returns −ln of the density of τ, up to a constant.
    func cost(of tau: Double) -> Double {
      let distance = log(tau / median) / deviation
      return distance * distance / 2
    }

    static let usual = Prior(taus: [0.125, 0.25, 0.5, 1, 2, 4, 8], first: 3, median: 2, deviation: 1)
    static let ofPlainFeatures = Prior(
      taus: [0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64], first: 5, median: 4, deviation: 1.5)
  }

  /// The chosen settings.
  struct Choice {
    let settings: Analytic.Settings
    /// The metric, at the precision that leave-one-out needs.
    let metric: any MahalanobisMetric
    /// The pictures that the settings were chosen on, and their scores.
    let pictures: [Int]
    let scores: Matrix
    /// The negative log posterior of the settings, up to a constant.
    let cost: Double

    /// Returns the metric at the precision that the head needs.
    func refinedMetric() throws(LinearAlgebraError) -> any MahalanobisMetric { try metric.refined() }
  }

  init(_ features: LabelledFeatures, _ means: ClassMeans) {
    self.features = features
    self.means = means
    let all = features.labels.indices.filter { features.canLeaveOut($0) }
    pictures = all.spread(to: max(1, Self.mostLogits / features.classes.count))
  }

  /// Chooses τ, by descent from the first candidate in either direction, and t.
  func choose(
    _ scatter: ScatterMatrix, kept: Analytic.Settings?, prior: Prior = .usual
  ) throws(LinearAlgebraError) -> Choice {
    if let kept {
      let metric = try scatter.metric(lambda: means.lambda(kept.tau), means: means)
      let none = Matrix(rows: 0, columns: features.classes.count)
      return Choice(settings: kept, metric: metric, pictures: [], scores: none, cost: 0)
    }
    let views = max(256, max(Self.views, features.rows.columns) / features.views)
    let sample = pictures.spread(to: min(views, max(256, Self.block / features.classes.count)))
    var place = prior.first
    var best = try evaluate(scatter, tau: prior.taus[place], prior, on: sample)
    for step in [-1, 1] {
      let start = place
      while prior.taus.indices.contains(place + step) {
        let next = try evaluate(scatter, tau: prior.taus[place + step], prior, on: sample)
        guard next.cost < best.cost else { break }
        best = next
        place += step
      }
      if place != start { break }
    }
    return best
  }

  /// Returns the predictions for all pictures; nil where none can be left out.
  func leaveOneOut(_ choice: Choice) throws(LinearAlgebraError) -> LeaveOneOut? {
    guard !pictures.isEmpty else { return nil }
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
      try forEach(pictures, choice.metric) { picture, leftOut in
        var scores = Array(leftOut.scores)
        scores.withUnsafeMutableBufferPointer {
          correction.correct($0, remaining: features.remaining(without: picture))
        }
        add(picture, scores)
      }
    }
    return LeaveOneOut(classes: features.classes, predictions: predictions, singles: features.singles)
  }

  /// Returns the novelty score, or nil where all pictures are equally distant from their classes.
  func novelty(_ scatter: ScatterMatrix, lambda: Double) throws -> NoveltyScore? {
    let metric = try scatter.truncatedMetric(lambda: lambda, directions: Self.directions, means: means)
    let sample = pictures.spread(to: Self.mostForSpread)
    var spread = 0.0
    try forEach(sample, metric) { _, leftOut in spread += leftOut.spread / Double(sample.count) }
    let comparable = ComparableLengths(means, spread: spread)
    var values: [NoveltyScore.Value] = []
    values.reserveCapacity(pictures.count)
    try forEach(pictures, metric) { picture, leftOut in
      let remaining = features.remaining(without: picture)
      var distance = Double.infinity
      var projection = -Double.infinity
      for (place, linear) in leftOut.linear.enumerated() {
        let length = comparable.length(leftOut.lengths[place], of: place, remaining: remaining)
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
      lengths: metric.lengths.enumerated().map { Float(comparable.length($1, of: $0)) }, deviation: deviation,
      training: values,
      smallClasses: means.counts.indices.filter { means.counts[$0] < Double(NoveltyScore.leastPictures) })
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
      let grouped = Set(block.compactMap { features.together.place(of: $0) }).sorted()
      let single = grouped.isEmpty ? block : block.filter { features.together.place(of: $0) == nil }
      let products = try metric.products(of: single, features, means)
      let updates = try groupUpdates(grouped, metric)
      var index = 0
      for picture in block {
        if let place = features.together.place(of: picture), let update = updates[place] {
          leftOut.leaveOut(features.together.groups[place].members.firstIndex(of: picture) ?? 0, of: update)
        } else {
          leftOut.leaveOut(index, label: features.labels[picture], products)
          index += 1
        }
        body(picture, leftOut)
      }
    }
  }

  /// Returns the updates that leave out groups, by the indices of the groups.
  private func groupUpdates(
    _ places: [Int], _ metric: some MahalanobisMetric
  ) throws(LinearAlgebraError) -> [Int: GroupUpdate] {
    guard !places.isEmpty else { return [:] }
    let products = try metric.products(ofGroups: places, features, means)
    var updates: [Int: GroupUpdate] = [:]
    for (place, products) in zip(places, products) {
      updates[place] = GroupUpdate(
        features.together.groups[place], products, features: features, means: means, lengths: metric.lengths)
    }
    return updates
  }

  /// Returns the choice for a τ.
  private func evaluate(
    _ scatter: ScatterMatrix, tau: Double, _ prior: Prior, on sample: [Int]
  ) throws(LinearAlgebraError) -> Choice {
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
      for (row, picture) in sample.enumerated() {
        correction.correct(
          UnsafeMutableBufferPointer(rebasing: scores[row * classes..<(row + 1) * classes]),
          remaining: features.remaining(without: picture))
      }
    }
    let lengths = metric.lengths
    let offsets = LinearDiscriminant.offsets(lengths: lengths, means: means, spread: spread)
    let temperature = Temperature(
      scores: scores, labels: labels, pictures: pictures.count,
      expected: Temperature.expected(gap: LinearDiscriminant.gap(lengths: lengths, offsets: offsets, means: means)))
    let settings = Analytic.Settings(tau: tau, temperature: temperature.factor, spread: spread)
    return Choice(
      settings: settings, metric: metric, pictures: sample, scores: scores,
      cost: Double(pictures.count) * temperature.loss + prior.cost(of: tau))
  }
}

extension [Int] {
  /// Returns at most `limit` of the elements, evenly spaced.
  fileprivate func spread(to limit: Int) -> [Int] {
    count <= limit ? self : (0..<limit).map { self[$0 * count / limit] }
  }
}
