import LinearAlgebra

/// A⁻¹ as the scalar products of features in it.
///
/// Features less μ have coordinates whose plain products are either those in A⁻¹, or what is missing from λ⁻¹ times
/// the features' own: a A⁻¹ bᵀ = (a·b − a'·b') / λ.
protocol DiscriminantMetric {
  /// λ where the coordinates are what is missing, nil where they are all.
  var remainder: Double? { get }
  /// The coordinates of the classes' means less μ: a row a class.
  var meanCoordinates: Matrix { get }

  /// The coordinates of some pictures' views.
  ///
  /// - Parameters:
  ///   - rows: The views' features less μ.
  ///   - pictures: The pictures that they are of.
  func coordinates(of rows: Matrix, pictures: [Int]) throws(LinearAlgebraError) -> Matrix

  /// w_c = A⁻¹ (m_c − μ): `[C, D]`.
  func discriminants() throws(LinearAlgebraError) -> Matrix
}

extension DiscriminantMetric {
  /// q_c = (m_c − μ) A⁻¹ (m_c − μ).
  func lengths(_ means: ClassMeans) -> [Double] {
    (0..<means.counts.count).map { place in
      let own = meanCoordinates[row: place].reduce(0) { $0 + $1 * $1 }
      guard let remainder else { return own }
      return max(0, means.centred[row: place].reduce(0) { $0 + $1 * $1 } - own) / remainder
    }
  }

  /// The products of some pictures with the classes and with themselves.
  ///
  /// - Complexity: what the coordinates take, and O(n V D (C + V)) for n pictures of V views.
  func products(
    of pictures: [Int], _ features: LabelledFeatures, _ means: ClassMeans
  ) throws(LinearAlgebraError) -> DiscriminantProducts {
    let rows = features.centred(pictures, centre: means.centre)
    let coordinates = try coordinates(of: rows, pictures: pictures)
    var places: [Int] = []
    for picture in pictures where places.last != features.labels[picture] { places.append(features.labels[picture]) }
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
    var place = -1
    let amongRows = pictures.map { picture in
      if place < 0 || places[place] != features.labels[picture] { place += 1 }
      return place
    }
    return DiscriminantProducts(linear: linear, within: within, among: among, amongRows: amongRows)
  }
}

/// Products in A⁻¹ of some pictures, less μ.
struct DiscriminantProducts {
  /// z A⁻¹ (m_c − μ): a row a view.
  let linear: Matrix
  /// z_v A⁻¹ z_u: V x V a picture.
  let within: [Double]
  /// (m_k − μ) A⁻¹ (m_c − μ), a row a class k that a picture is of.
  let among: Matrix
  /// The row of `among` of each picture.
  let amongRows: [Int]
}

extension LabelledFeatures {
  /// The views of some pictures less a centre.
  func centred(_ pictures: [Int], centre: [Double]) -> Matrix {
    let width = views * rows.columns
    let dimension = rows.columns
    var gathered = Matrix(rows: pictures.count * views, columns: dimension)
    gathered.withUnsafeMutableElements { gathered in
      rows.elements.withUnsafeBufferPointer { rows in
        centre.withUnsafeBufferPointer { centre in
          for (index, picture) in pictures.enumerated() {
            for view in 0..<views {
              let from = picture * width + view * dimension
              let to = index * width + view * dimension
              for column in 0..<dimension { gathered[to + column] = rows[from + column] - centre[column] }
            }
          }
        }
      }
    }
    return gathered
  }
}

extension Matrix {
  /// Some of the rows.
  func rows(_ chosen: [Int]) -> Matrix {
    if chosen.count == rows, chosen.first == 0, chosen.last == rows - 1 { return self }
    var gathered = Matrix(rows: chosen.count, columns: columns)
    gathered.withUnsafeMutableElements { gathered in
      for (index, row) in chosen.enumerated() {
        for column in 0..<columns { gathered[index * columns + column] = self[row, column] }
      }
    }
    return gathered
  }

  /// The scalar products of every `views` rows among themselves.
  func productsWithin(_ views: Int) -> [Double] {
    var products: [Double] = []
    products.reserveCapacity(rows * views)
    elements.withUnsafeBufferPointer { elements in
      for row in 0..<rows {
        for other in row - row % views..<row - row % views + views {
          var sum = SIMD8<Double>()
          var column = 0
          while column + 8 <= columns {
            for lane in 0..<8 {
              sum[lane] += elements[row * columns + column + lane] * elements[other * columns + column + lane]
            }
            column += 8
          }
          var product = sum.sum()
          while column < columns {
            product += elements[row * columns + column] * elements[other * columns + column]
            column += 1
          }
          products.append(product)
        }
      }
    }
    return products
  }

  /// Makes (P − this) / λ of this, P being the plain products.
  fileprivate mutating func complete(_ plain: Matrix, remainder: Double) {
    withUnsafeMutableElements { elements in
      plain.elements.withUnsafeBufferPointer { plain in
        for index in elements.indices { elements[index] = (plain[index] - elements[index]) / remainder }
      }
    }
  }
}
