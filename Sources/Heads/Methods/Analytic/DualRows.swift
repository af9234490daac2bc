import LinearAlgebra

/// Rows X with Xᵀ X = S_w + κ S_b, one a view, and their products:
///
///     x = √(w / N) (z − m_c) + √(w κ / (n_c C)) (m_c − μ)
struct DualRows: Sendable {
  /// X.
  let rows: Matrix
  /// X Xᵀ.
  let gram: Gram
  /// (m_c − μ) Xᵀ: a row a class.
  let means: Matrix

  /// Products of the rows, as exact as is worth while.
  enum Gram: Sendable {
    /// In 64-bit floats.
    case double(Matrix)
    /// In 32-bit floats, both triangles, with X itself in these; what comes of it is made exact where it matters.
    case single(SingleMatrix, rows: SingleMatrix)
  }

  /// V.
  let views: Int
  /// √(w / N).
  let inner: Double
  /// √(w κ / (n_c C)) of each class.
  let outer: [Double]

  /// - Complexity: O(n² D) for n rows.
  init(_ features: LabelledFeatures, _ means: ClassMeans) throws(LinearAlgebraError) {
    let dimension = features.rows.columns
    let views = features.views
    let weight = 1 / Double(views)
    let inner = (weight / means.total).squareRoot()
    let outer = means.counts.map { (weight * Discriminant.kappa / ($0 * Double(means.counts.count))).squareRoot() }
    var rows = features.rows
    var shift = [Double](repeating: 0, count: dimension)
    rows.withUnsafeMutableElements { rows in
      var shifted = -1
      for (picture, place) in features.labels.enumerated() {
        if place != shifted {
          shifted = place
          for (column, (mean, centred)) in zip(means.means[row: place], means.centred[row: place]).enumerated() {
            shift[column] = outer[place] * centred - inner * mean
          }
        }
        for row in picture * views..<(picture + 1) * views {
          for column in 0..<dimension {
            rows[row * dimension + column] = inner * rows[row * dimension + column] + shift[column]
          }
        }
      }
    }
    self.rows = rows
    if rows.rows >= SingleCholesky.leastSize, means.counts.count * Self.rowsToAClass <= rows.rows {
      let single = SingleMatrix(rows)
      gram = .single(try SingleMatrix.gram(of: single), rows: single)
    } else {
      gram = .double(try Matrix.gram(of: rows))
    }
    self.means = try Matrix.product(means.centred, rows, rightTransposed: true)
    self.views = views
    self.inner = inner
    self.outer = outer
  }

  // With more classes the corrections take longer than is saved.
  private static let rowsToAClass = 8

  /// What P = (X Xᵀ + λ I)⁻¹ makes of the rows and the means.
  struct Solution: Sendable {
    /// (m_c − μ) Xᵀ P: a row a class.
    var means: Matrix
    /// The elements of P between the views of each picture.
    let within: [Double]
    /// A factor in 32-bit floats, where the means are no better than that.
    var factor: SingleCholesky?
  }

  /// The solution, in 32-bit floats where the condition allows it.
  ///
  /// - Complexity: O(n³ + C n²).
  func solution(lambda: Double) throws(LinearAlgebraError) -> Solution {
    if let solution = try singleSolution(lambda: lambda) { return solution }
    var matrix =
      switch gram {
      case .double(let gram): gram
      case .single: try Matrix.gram(of: rows)
      }
    for index in 0..<matrix.rows { matrix[index, index] += lambda }
    let factor = try Cholesky(of: matrix)
    return Solution(
      means: try factor.dividing(means), within: try factor.inverseFactor().productsWithin(views), factor: nil)
  }

  /// The same with the means to 64 bits: what X itself says of their error is taken off.
  ///
  /// - Complexity: O(C n (n + D)).
  func refined(_ solution: Solution, lambda: Double) throws(LinearAlgebraError) -> Solution {
    guard let factor = solution.factor else { return solution }
    var refined = solution
    refined.factor = nil
    let product = try Matrix.product(Matrix.product(solution.means, rows), rows, rightTransposed: true)
    var error = means
    error.withUnsafeMutableElements { error in
      for index in error.indices { error[index] -= product.elements[index] + lambda * solution.means.elements[index] }
    }
    let correction = try factor.dividing(error)
    refined.means.withUnsafeMutableElements { means in
      for index in means.indices { means[index] += correction.elements[index] }
    }
    return refined
  }

  /// Nil where 32 bits do not do.
  private func singleSolution(lambda: Double) throws(LinearAlgebraError) -> Solution? {
    guard case .single(let gram, _) = gram else { return nil }
    guard SingleCholesky.suffices(size: gram.rows, trace: gram.trace, shift: lambda) else { return nil }
    do throws(LinearAlgebraError) {
      let factor = try SingleCholesky(of: gram, addingToDiagonal: lambda)
      return Solution(
        means: try factor.dividing(means), within: try factor.inverseBlocks(of: views), factor: factor)
    } catch .notPositiveDefinite {
      return nil
    }
  }
}
