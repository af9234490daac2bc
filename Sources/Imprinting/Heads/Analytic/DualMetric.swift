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
  // (m_c − μ) Xᵀ U⁻¹, where Uᵀ U = X Xᵀ + λ I, and (m_c − μ) Xᵀ P: a row a class.
  private let whitened: Matrix
  private let solved: Matrix
  // The elements of P between the views of each picture.
  private let within: [Double]

  /// - Parameters:
  ///   - rows: The rows.
  ///   - lambda: λ.
  ///   - means: The classes' means.
  /// - Complexity: O(n³ + C n²).
  init(rows: DualRows, lambda: Double, means: ClassMeans) throws(LinearAlgebraError) {
    var matrix = rows.gram
    for index in 0..<matrix.rows { matrix[index, index] += lambda }
    let factor = try Cholesky(of: matrix)
    whitened = try factor.whitening(rows.means)
    solved = try factor.dividing(whitened: whitened)
    within = try factor.inverseFactor().productsWithin(rows.views)
    lengths = zip(means.centred.squares, whitened.squares).map { max(0, $0 - $1) / lambda }
    self.rows = rows
    self.means = means
    self.lambda = lambda
  }

  func products(
    of pictures: [Int], _ features: LabelledFeatures, _ means: ClassMeans
  ) throws(LinearAlgebraError) -> DiscriminantProducts {
    let classes = means.counts.count
    let views = rows.views
    let (places, amongRows) = features.places(of: pictures)
    var among = try Matrix.product(whitened.rows(places), whitened, rightTransposed: true)
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
          let product = (view == other ? 1 : 0) - lambda * self.within[row * views + other]
          let withMean = solved[label, row] + solved[label, picture * views + other]
          within.append((product / inner + share * withMean) / inner + share * share * among[mean, label])
        }
      }
    }
    return DiscriminantProducts(linear: linear, within: within, among: among, amongRows: amongRows)
  }

  func discriminants() throws(LinearAlgebraError) -> Matrix {
    var rows = try Matrix.product(solved, rows.rows)
    rows.complete(means.centred, remainder: lambda)
    return rows
  }
}
