import LinearAlgebra

/// Rows X with Xᵀ X = S_w + κ S_b, one a view, and their products:
///
///     x = √(w / N) (z − m_c) + √(w κ / (n_c C)) (m_c − μ)
struct DualRows: Sendable {
  /// X.
  let rows: Matrix
  /// X Xᵀ.
  let gram: Matrix
  /// (m_c − μ) Xᵀ: a row a class.
  let means: Matrix

  private let views: Int
  private let labels: [Int]
  // √(w / N), and √(w κ / (n_c C)) for each class.
  private let inner: Double
  private let outer: [Double]

  /// - Complexity: O(n² D) for n rows.
  init(_ features: LabelledFeatures, _ means: ClassMeans) throws(LinearAlgebraError) {
    let dimension = features.rows.columns
    let views = features.views
    let weight = 1 / Double(views)
    let inner = (weight / means.total).squareRoot()
    let outer = means.counts.map { (weight * Discriminant.kappa / ($0 * Double(means.counts.count))).squareRoot() }
    var rows = features.rows
    rows.withUnsafeMutableElements { rows in
      for (picture, place) in features.labels.enumerated() {
        for row in picture * views..<(picture + 1) * views {
          for column in 0..<dimension {
            let mean = place * dimension + column
            rows[row * dimension + column] =
              inner * (rows[row * dimension + column] - means.means.elements[mean])
              + outer[place] * means.centred.elements[mean]
          }
        }
      }
    }
    self.rows = rows
    gram = try Matrix.gram(of: rows)
    self.means = try Matrix.product(means.centred, rows, rightTransposed: true)
    self.views = views
    labels = features.labels
    self.inner = inner
    self.outer = outer
  }

  /// (z − μ) Xᵀ for the views of some pictures: as z − μ = (x + (inner − outer) (m_c − μ)) / inner, from what is there.
  func products(of pictures: [Int]) -> Matrix {
    let count = gram.columns
    var products = Matrix(rows: pictures.count * views, columns: count)
    products.withUnsafeMutableElements { products in
      gram.elements.withUnsafeBufferPointer { gram in
        means.elements.withUnsafeBufferPointer { means in
          for (index, picture) in pictures.enumerated() {
            let place = labels[picture]
            let share = 1 - outer[place] / inner
            for view in 0..<views {
              let to = (index * views + view) * count
              let from = (picture * views + view) * count
              for column in 0..<count {
                products[to + column] = gram[from + column] / inner + share * means[place * count + column]
              }
            }
          }
        }
      }
    }
    return products
  }
}
