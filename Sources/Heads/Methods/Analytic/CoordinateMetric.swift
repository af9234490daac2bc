import LinearAlgebra

/// A metric in which features less μ have coordinates whose plain products are either those in A⁻¹, or what is missing
/// from λ⁻¹ times the features' own: a A⁻¹ bᵀ = (a·b − a'·b') / λ.
protocol CoordinateMetric: DiscriminantMetric {
  /// λ where the coordinates are what is missing, nil where they are all.
  var remainder: Double? { get }
  /// The coordinates of the classes' means less μ: a row a class.
  var meanCoordinates: Matrix { get }

  /// The coordinates of features less μ, row by row.
  func coordinates(of rows: Matrix) throws(LinearAlgebraError) -> Matrix
}

extension CoordinateMetric {
  /// The products of some pictures with the classes and with themselves.
  ///
  /// - Complexity: what the coordinates take, and O(n V D (C + V)) for n pictures of V views.
  func products(
    of pictures: [Int], _ features: LabelledFeatures, _ means: ClassMeans
  ) throws(LinearAlgebraError) -> DiscriminantProducts {
    let rows = features.centred(pictures, centre: means.centre)
    let coordinates = try coordinates(of: rows)
    let (places, amongRows) = features.places(of: pictures)
    var linear = try Matrix.product(coordinates, meanCoordinates, rightTransposed: true)
    var among = try Matrix.product(meanCoordinates.rows(places), meanCoordinates, rightTransposed: true)
    var within = coordinates.productsWithin(features.views)
    if let remainder {
      linear.complete(
        try Matrix.product(rows, means.centred, rightTransposed: true), remainder: remainder)
      among.complete(
        try Matrix.product(means.centred.rows(places), means.centred, rightTransposed: true), remainder: remainder)
      for (index, plain) in rows.productsWithin(features.views).enumerated() {
        within[index] = (plain - within[index]) / remainder
      }
    }
    return DiscriminantProducts(linear: linear, within: within, among: among, amongRows: amongRows)
  }
}

extension Matrix {
  /// Makes (P − this) / λ of this, P being the plain products.
  mutating func complete(_ plain: Matrix, remainder: Double) {
    withUnsafeMutableElements { elements in
      plain.elements.withUnsafeBufferPointer { plain in
        for index in elements.indices { elements[index] = (plain[index] - elements[index]) / remainder }
      }
    }
  }
}
