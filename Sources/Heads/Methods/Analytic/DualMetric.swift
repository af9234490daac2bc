import LinearAlgebra

/// A⁻¹ of A = Xᵀ X + λ I through the Gram matrix of the rows X, for fewer rows than dimensions. With P = (X Xᵀ + λ I)⁻¹
///
///     X A⁻¹ Xᵀ = I − λ P          X A⁻¹ aᵀ = P X aᵀ          A⁻¹ = (I − Xᵀ P X) / λ
///
/// and z − μ is (x + (inner − outer) (m_c − μ)) / inner, so that all products follow from those of x and of the means.
struct DualMetric: DiscriminantMetric {
  let lengths: [Double]
  private let rows: DualRows
  private let means: ClassMeans
  private let lambda: Double
  private let solution: DualRows.Solution

  /// - Parameters:
  ///   - rows: The rows.
  ///   - lambda: λ.
  ///   - means: The classes' means.
  /// - Complexity: O(n³ + C n²).
  init(rows: DualRows, lambda: Double, means: ClassMeans) throws(LinearAlgebraError) {
    self.init(rows: rows, lambda: lambda, means: means, solution: try rows.solution(lambda: lambda))
  }

  private init(rows: DualRows, lambda: Double, means: ClassMeans, solution: DualRows.Solution) {
    self.rows = rows
    self.means = means
    self.lambda = lambda
    self.solution = solution
    lengths = zip(means.centred.squares, solution.means.products(rows.means)).map { max(0, $0 - $1) / lambda }
  }

  func refined() throws(LinearAlgebraError) -> any DiscriminantMetric {
    DualMetric(rows: rows, lambda: lambda, means: means, solution: try rows.refined(solution, lambda: lambda))
  }

  func products(
    of pictures: [Int], _ features: LabelledFeatures, _ means: ClassMeans
  ) throws(LinearAlgebraError) -> DiscriminantProducts {
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
    return DiscriminantProducts(linear: linear, within: within, among: among, amongRows: amongRows)
  }

  func discriminants() throws(LinearAlgebraError) -> Matrix {
    var rows = try Matrix.product(solution.means, rows.rows)
    rows.complete(means.centred, remainder: lambda)
    return rows
  }
}
