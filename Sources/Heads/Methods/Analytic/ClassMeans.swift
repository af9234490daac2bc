import LinearAlgebra
import ModelSurgery

/// The means of the classes' features and their scatter.
struct ClassMeans: Sendable {
  /// n_c: the number of pictures of each class.
  let counts: [Double]
  /// N = Σ n_c.
  let total: Double
  /// m_c: `[C, D]`.
  let means: Matrix
  /// μ = (1/C) Σ m_c, in which all classes have equal weights.
  let centre: [Double]
  /// m_c − μ: `[C, D]`.
  let centred: Matrix
  /// tr S_b = (1/C) Σ ‖m_c − μ‖².
  let between: Double
  /// tr S_w = (1/N) Σ w ‖z − m_c‖².
  let within: Double

  /// Computes the means from sums.
  ///
  /// - Parameters:
  ///   - sums: Σ w z: `[C, D]`.
  ///   - counts: n_c, each at least 1.
  ///   - square: Σ w ‖z‖².
  init(sums: Matrix, counts: [Int], square: Double) {
    let dimension = sums.columns
    let counts = counts.map(Double.init)
    let total = counts.reduce(0, +)
    let share = 1 / Double(max(1, counts.count))
    var means = sums
    var centre = [Double](repeating: 0, count: dimension)
    var ofMeans = 0.0
    means.withUnsafeMutableElements { means in
      for (place, count) in counts.enumerated() {
        for index in 0..<dimension {
          let mean = means[place * dimension + index] / count
          means[place * dimension + index] = mean
          centre[index] += share * mean
          ofMeans += count * mean * mean
        }
      }
    }
    var centred = means
    var between = 0.0
    centred.withUnsafeMutableElements { centred in
      for place in counts.indices {
        for index in 0..<dimension {
          centred[place * dimension + index] -= centre[index]
          let value = centred[place * dimension + index]
          between += share * value * value
        }
      }
    }
    self.counts = counts
    self.total = total
    self.means = means
    self.centre = centre
    self.centred = centred
    self.between = between
    within = total > 0 ? max(0, square - ofMeans) / total : 0
  }

  /// Computes the means of individual pictures.
  init(_ features: LabelledFeatures) {
    let dimension = features.rows.columns
    let weight = 1 / Double(features.views)
    var sums = Matrix(rows: features.classes.count, columns: dimension)
    var square = 0.0
    sums.withUnsafeMutableElements { sums in
      features.rows.elements.withUnsafeBufferPointer { rows in
        for (picture, place) in features.labels.enumerated() {
          for row in picture * features.views..<(picture + 1) * features.views {
            for index in 0..<dimension {
              sums[place * dimension + index] += weight * rows[row * dimension + index]
            }
            let elements = rows[row * dimension..<(row + 1) * dimension]
            square += weight * FeatureTransform.square(of: UnsafeBufferPointer(rebasing: elements))
          }
        }
      }
    }
    self.init(sums: sums, counts: features.counts, square: square)
  }

  /// Whether no class has two pictures, so that the scatter within classes is unknown.
  var isSingle: Bool { total <= Double(counts.count) }

  /// N / (N − C): the factor that makes the estimate of the scatter within classes unbiased.
  var correction: Double { isSingle ? 1 : total / (total - Double(counts.count)) }

  /// Returns λ = τ tr(S_w) / D with the unbiased S_w. S_b gives a lower bound, for classes whose pictures are nearly equal.
  func lambda(_ tau: Double) -> Double {
    let spread = LinearDiscriminant.kappa * between / Double(max(1, counts.count - 1))
    let floor = within > 1e-9 ? 1e-3 * spread : spread / 4
    return max(tau * within * correction / Double(max(1, centre.count)), floor, 1e-9)
  }
}
