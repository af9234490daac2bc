import LinearAlgebra
import ModelSurgery

/// The prototypes of all classes: directions of sums of features, with the assignment of rows to prototypes.
struct ClassPrototypes: Sendable {
  /// Σ z of each prototype's rows, a class's prototypes one after the other.
  private let sums: Matrix
  /// The prototypes of each class.
  private let places: [Range<Int>]
  /// The prototype of each row of the features.
  private let members: [Int]
  /// The number of rows of each prototype.
  private let sizes: [Int]

  /// Finds a number of prototypes in each class, or fewer where pictures are equal.
  init(_ features: LabelledFeatures, counts: [Int], seed: UInt64) throws(LinearAlgebraError) {
    var members: [Int] = []
    var places: [Range<Int>] = []
    var generator = SplitMix64(seed: seed)
    for (range, count) in zip(features.classRows, counts) {
      let first = places.last?.upperBound ?? 0
      let groups =
        count == 1
        ? Array(repeating: 0, count: range.count)
        : try SphericalKMeans(count: count).groups(of: features.rows.rows(range), using: &generator)
      places.append(first..<first + (groups.max() ?? 0) + 1)
      members += groups.map { first + $0 }
    }
    let total = places.last?.upperBound ?? 0
    sums = features.sums(of: members, count: total)
    var sizes = [Int](repeating: 0, count: total)
    for member in members { sizes[member] += 1 }
    self.sizes = sizes
    self.members = members
    self.places = places
  }

  /// Returns the head, in which a class with fewer prototypes than others repeats its last one.
  func head(transform: FeatureTransform, scale: Double) throws(SurgeryError) -> LinearHead {
    let most = places.map(\.count).max() ?? 1
    let rows = sums.normalizingRows()
    var weights: [Float] = []
    weights.reserveCapacity(places.count * most * rows.columns)
    for range in places {
      for place in 0..<most {
        weights += rows[row: range.lowerBound + min(place, range.count - 1)].map { Float(scale * $0) }
      }
    }
    return try LinearHead(
      transform: transform, dimension: rows.columns, rowsPerClass: most, weights: weights,
      biases: Array(repeating: 0, count: places.count * most))
  }

  /// Returns the cosines of each picture after its views are subtracted from their prototypes; nil where no class has two
  /// pictures.
  func leaveOneOut(_ features: LabelledFeatures) throws(LinearAlgebraError) -> LeaveOneOut? {
    guard features.canLeaveOut, features.counts.contains(where: { $0 > 1 }) else { return nil }
    var predictions: [LeaveOneOut.Prediction] = []
    try features.forEachPlainView(by: sums.normalizingRows()) { picture, products in
      let label = features.labels[picture]
      guard features.canLeaveOut(picture) else { return }
      var cosines = Array(products)
      for (place, omitted) in Dictionary(grouping: features.rowsLeftOut(with: picture), by: { members[$0] }) {
        cosines[place] =
          omitted.count < sizes[place]
          ? features.cosine(of: picture, without: omitted, in: sums[row: place]) : -.infinity
      }
      let logits = places.map { range in Float(cosines[range].max() ?? 0) }
      predictions.append(.init(picture: features.names[picture], label: label, logits: logits))
    }
    guard !predictions.isEmpty else { return nil }
    return LeaveOneOut(classes: features.classes, predictions: predictions, singles: features.singles)
  }
}

extension Matrix {
  /// Returns a range of rows.
  fileprivate func rows(_ range: Range<Int>) throws(LinearAlgebraError) -> Matrix {
    try Matrix(columns: columns, elements: Array(elements[range.lowerBound * columns..<range.upperBound * columns]))
  }
}
