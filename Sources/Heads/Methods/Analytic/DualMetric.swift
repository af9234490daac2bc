import LinearAlgebra

/// A⁻¹ of A = Xᵀ X + λ I, computed from the Gram matrix of the rows X, for fewer rows than dimensions. With
/// P = (X Xᵀ + λ I)⁻¹
///
///     X A⁻¹ Xᵀ = I − λ P          X A⁻¹ aᵀ = P X aᵀ          A⁻¹ = (I − Xᵀ P X) / λ
///
/// and z − μ = (x + (inner − outer) (m_c − μ)) / inner, so all products follow from the products of x and of the means.
struct DualMetric: MahalanobisMetric {
  let lengths: [Double]
  private let rows: ScatterRows
  private let means: ClassMeans
  private let lambda: Double
  private let solution: ScatterRows.Solution

  /// Factorises X Xᵀ + λ I.
  ///
  /// - Parameters:
  ///   - rows: The rows.
  ///   - lambda: λ.
  ///   - means: The classes' means.
  /// - Complexity: O(n³ + C n²).
  init(rows: ScatterRows, lambda: Double, means: ClassMeans) throws(LinearAlgebraError) {
    self.init(rows: rows, lambda: lambda, means: means, solution: try rows.solution(lambda: lambda))
  }

  private init(rows: ScatterRows, lambda: Double, means: ClassMeans, solution: ScatterRows.Solution) {
    self.rows = rows
    self.means = means
    self.lambda = lambda
    self.solution = solution
    lengths = zip(means.centred.squares, solution.means.products(rows.means)).map { max(0, $0 - $1) / lambda }
  }

  func refined() throws(LinearAlgebraError) -> any MahalanobisMetric {
    DualMetric(rows: rows, lambda: lambda, means: means, solution: try rows.refined(solution, lambda: lambda))
  }

  func products(
    of pictures: [Int], _ features: LabelledFeatures, _ means: ClassMeans
  ) throws(LinearAlgebraError) -> MetricProducts {
    let classes = means.counts.count
    let views = rows.views
    let solved = solution.means
    let (places, amongRows) = features.places(of: pictures)
    var among = try Matrix.product(solved.rows(places), rows.means, rightTransposed: true)
    among.complete(
      try Matrix.product(means.centred.rows(places), means.centred, rightTransposed: true), remainder: lambda)
    let inner = rows.inner
    var linear = Matrix(rows: pictures.count * views, columns: classes)
    var within: [Double] = []
    within.reserveCapacity(pictures.count * views * views)
    for (index, picture) in pictures.enumerated() {
      let label = features.labels[picture]
      let share = 1 - rows.outer[label] / inner
      let mean = amongRows[index]
      for view in 0..<views {
        let row = picture * views + view
        for place in 0..<classes {
          linear[index * views + view, place] = solved[place, row] / inner + share * among[mean, place]
        }
        for other in 0..<views {
          let product = (view == other ? 1 : 0) - lambda * solution.within[row * views + other]
          let withMean = solved[label, row] + solved[label, picture * views + other]
          within.append((product / inner + share * withMean) / inner + share * share * among[mean, label])
        }
      }
    }
    return MetricProducts(linear: linear, within: within, among: among, amongRows: amongRows)
  }

  func products(
    ofGroups places: [Int], _ features: LabelledFeatures, _ means: ClassMeans
  ) throws(LinearAlgebraError) -> [GroupProducts] {
    let solved = solution.means
    let inner = rows.inner
    return try places.map { (place) throws(LinearAlgebraError) in
      let group = features.together.groups[place]
      let classes = group.removed.map(\.place)
      var among = try Matrix.product(solved.rows(classes), rows.means, rightTransposed: true)
      among.complete(
        try Matrix.product(means.centred.rows(classes), means.centred, rightTransposed: true), remainder: lambda)
      let own = group.members.flatMap { member in
        (member * rows.views..<(member + 1) * rows.views).map { (row: $0, label: features.labels[member]) }
      }
      let crossing = solution.crossing[place]
      let shares = own.map { 1 - rows.outer[$0.label] / inner }
      let owners = own.map { known in classes.firstIndex(of: known.label) ?? 0 }
      let linear = own.indices.map { index in
        (0..<means.counts.count).map { solved[$0, own[index].row] / inner + shares[index] * among[owners[index], $0] }
      }
      let within = own.indices.map { index in
        own.indices.map { other in
          let product = (index == other ? 1 : 0) - lambda * crossing[index][other]
          let withMeans =
            shares[other] * solved[own[other].label, own[index].row]
            + shares[index] * solved[own[index].label, own[other].row]
          return (product / inner + withMeans) / inner
            + shares[index] * shares[other] * among[owners[index], own[other].label]
        }
      }
      return GroupProducts(linear: linear, within: within, among: among.rowArrays)
    }
  }

  func discriminants() throws(LinearAlgebraError) -> Matrix {
    var rows = try Matrix.product(solution.means, rows.rows)
    rows.complete(means.centred, remainder: lambda)
    return rows
  }
}

/// Rows X with Xᵀ X = S_w + κ S_b, one for each view, and their products:
///
///     x = √(w / N) (z − m_c) + √(w κ / (n_c C)) (m_c − μ)
struct ScatterRows: Sendable {
  /// X.
  let rows: Matrix
  /// X Xᵀ.
  let gram: Gram
  /// (m_c − μ) Xᵀ: one row for each class.
  let means: Matrix

  /// The products of the rows.
  enum Gram: Sendable {
    /// In 64-bit floats.
    case double(Matrix)
    /// In 32-bit floats, both triangles; a head refines the results to 64 bits.
    case single(SingleMatrix)
  }

  /// V.
  let views: Int
  /// √(w / N).
  let inner: Double
  /// √(w κ / (n_c C)) of each class.
  let outer: [Double]
  /// The rows of each group of pictures that are left out together.
  let groups: [[Int]]

  /// Computes the rows and their products.
  ///
  /// - Complexity: O(n² D) for n rows.
  init(_ features: LabelledFeatures, _ means: ClassMeans) throws(LinearAlgebraError) {
    let dimension = features.rows.columns
    let views = features.views
    let weight = 1 / Double(views)
    let inner = (weight / means.total).squareRoot()
    let outer = means.counts.map {
      (weight * LinearDiscriminant.kappa / ($0 * Double(means.counts.count))).squareRoot()
    }
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
      gram = .single(try SingleMatrix.gram(of: SingleMatrix(rows)))
    } else {
      gram = .double(try Matrix.gram(of: rows))
    }
    self.means = try Matrix.product(means.centred, rows, rightTransposed: true)
    self.views = views
    self.inner = inner
    self.outer = outer
    groups = features.together.groups.map { group in
      group.members.flatMap { $0 * views..<($0 + 1) * views }
    }
  }

  // With more classes, refinement costs more time than 32-bit floats save.
  private static let rowsToAClass = 8

  /// The products of P = (X Xᵀ + λ I)⁻¹ that a metric needs.
  struct Solution: Sendable {
    /// (m_c − μ) Xᵀ P: one row for each class.
    var means: Matrix
    /// The elements of P between the views of each picture.
    let within: [Double]
    /// The elements of P between the rows of each group.
    let crossing: [[[Double]]]
    /// The factor, where the means have only 32-bit precision.
    var factor: SingleCholesky?
  }

  /// Returns the solution, in 32-bit floats where the condition number allows it.
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
    let inverse = try factor.inverseFactor()
    return Solution(
      means: try factor.dividing(means), within: inverse.productsWithin(views),
      crossing: groups.map { inverse.products(among: $0) }, factor: nil)
  }

  /// Returns the solution with the means to 64-bit precision, by two steps of iterative refinement. After one, about one of 10⁴
  /// of the head's 32-bit floats would differ from that of another processor.
  ///
  /// - Complexity: O(C n (n + D)).
  func refined(_ solution: Solution, lambda: Double) throws(LinearAlgebraError) -> Solution {
    guard let factor = solution.factor else { return solution }
    var refined = solution
    refined.factor = nil
    for _ in 0..<2 {
      let product = try Matrix.product(Matrix.product(refined.means, rows), rows, rightTransposed: true)
      var error = means
      error.withUnsafeMutableElements { error in
        for index in error.indices { error[index] -= product.elements[index] + lambda * refined.means.elements[index] }
      }
      let correction = try factor.dividing(error)
      refined.means.withUnsafeMutableElements { means in
        for index in means.indices { means[index] += correction.elements[index] }
      }
    }
    return refined
  }

  /// Returns the solution in 32-bit floats, or nil where they are not exact enough.
  private func singleSolution(lambda: Double) throws(LinearAlgebraError) -> Solution? {
    guard case .single(let gram) = gram else { return nil }
    guard SingleCholesky.suffices(size: gram.rows, trace: gram.trace, shift: lambda) else { return nil }
    do throws(LinearAlgebraError) {
      let factor = try SingleCholesky(of: gram, addingToDiagonal: lambda)
      let (within, crossing) = try factor.inverseBlocks(of: views, among: groups)
      return Solution(means: try factor.dividing(means), within: within, crossing: crossing, factor: factor)
    } catch let error where error.code == .notPositiveDefinite {
      return nil
    }
  }
}
