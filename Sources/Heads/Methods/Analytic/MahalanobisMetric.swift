import LinearAlgebra

/// The metric A⁻¹: computes scalar products x A⁻¹ yᵀ of features.
protocol MahalanobisMetric {
  /// q_c = (m_c − μ) A⁻¹ (m_c − μ).
  var lengths: [Double] { get }

  /// Returns the products of pictures with the classes and with themselves.
  func products(
    of pictures: [Int], _ features: LabelledFeatures, _ means: ClassMeans
  ) throws(LinearAlgebraError) -> MetricProducts

  /// Returns the products of groups of pictures, named by their indices in ``LabelledFeatures/together``.
  func products(
    ofGroups places: [Int], _ features: LabelledFeatures, _ means: ClassMeans
  ) throws(LinearAlgebraError) -> [GroupProducts]

  /// Returns w_c = A⁻¹ (m_c − μ): `[C, D]`.
  func discriminants() throws(LinearAlgebraError) -> Matrix

  /// Returns the metric at full 64-bit precision, which a head needs.
  func refined() throws(LinearAlgebraError) -> any MahalanobisMetric
}

/// The products in A⁻¹ of pictures z, centred on μ.
struct MetricProducts {
  /// z A⁻¹ (m_c − μ): one row for each view.
  let linear: Matrix
  /// z_v A⁻¹ z_u: V x V for each picture.
  let within: [Double]
  /// (m_k − μ) A⁻¹ (m_c − μ): one row for each class k of a picture.
  let among: Matrix
  /// The row of `among` of each picture.
  let amongRows: [Int]
}

extension LabelledFeatures {
  /// Returns the distinct classes of pictures that are sorted by class, and for each picture the index of its class in them.
  func places(of pictures: [Int]) -> (classes: [Int], rows: [Int]) {
    var classes: [Int] = []
    let rows = pictures.map { picture in
      if classes.last != labels[picture] { classes.append(labels[picture]) }
      return classes.count - 1
    }
    return (classes, rows)
  }

  /// Returns the views of pictures minus a centre.
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
  /// Returns some of the rows.
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

  /// ‖x‖² of each row.
  var squares: [Double] { products(self) }

  /// Returns the scalar product of each row and the same row of another matrix of the same size.
  func products(_ other: Matrix) -> [Double] {
    (0..<min(rows, other.rows)).map { zip(self[row: $0], other[row: $0]).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  /// The sum of the diagonal.
  var trace: Double { (0..<min(rows, columns)).reduce(0) { $0 + self[$1, $1] } }

  /// Multiplies each row by the factor at its index.
  mutating func multiplyRows(by factors: [Double]) {
    let columns = columns
    withUnsafeMutableElements { elements in
      for (row, factor) in factors.enumerated() {
        for index in row * columns..<(row + 1) * columns { elements[index] *= factor }
      }
    }
  }

  /// Returns the scalar products among some of the rows.
  func products(among chosen: [Int]) -> [[Double]] {
    chosen.map { row in
      chosen.map { other in
        var product = 0.0
        for column in 0..<columns {
          product += elements[row * columns + column] * elements[other * columns + column]
        }
        return product
      }
    }
  }

  /// Returns the scalar products within each group of `views` rows.
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
}

extension SingleMatrix {
  /// The sum of the diagonal.
  var trace: Double { (0..<min(rows, columns)).reduce(0) { $0 + Double(self[$1, $1]) } }
}

extension SingleCholesky {
  /// The least size for which 32-bit floats save a worthwhile amount of time.
  static let leastSize = 512

  /// Returns whether a factor in 32-bit floats is exact enough for leave-one-out: its error is about 10⁻⁷ times the condition
  /// number.
  ///
  /// - Parameters:
  ///   - size: The number of rows.
  ///   - trace: The sum of the diagonal, before the shift.
  ///   - shift: The number to add to each element of the diagonal.
  static func suffices(size: Int, trace: Double, shift: Double) -> Bool {
    size >= leastSize && trace < 32_768 * shift
  }
}

/// A metric that maps centred features a to coordinates a', such that a A⁻¹ bᵀ is either a'·b' or (a·b − a'·b') / λ.
protocol CoordinateMetric: MahalanobisMetric {
  /// λ in the second form, nil in the first.
  var remainder: Double? { get }
  /// The coordinates of the centred class means: one row for each class.
  var meanCoordinates: Matrix { get }

  /// Returns the coordinates of centred features, row by row.
  func coordinates(of rows: Matrix) throws(LinearAlgebraError) -> Matrix
}

extension CoordinateMetric {
  /// Returns the products of pictures with the classes and with themselves.
  ///
  /// - Complexity: That of the coordinates, and O(n V D (C + V)) for n pictures of V views.
  func products(
    of pictures: [Int], _ features: LabelledFeatures, _ means: ClassMeans
  ) throws(LinearAlgebraError) -> MetricProducts {
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
    return MetricProducts(linear: linear, within: within, among: among, amongRows: amongRows)
  }

  func products(
    ofGroups places: [Int], _ features: LabelledFeatures, _ means: ClassMeans
  ) throws(LinearAlgebraError) -> [GroupProducts] {
    let groups = places.map { features.together.groups[$0] }
    let rows = features.centred(groups.flatMap(\.members), centre: means.centre)
    let coordinates = try coordinates(of: rows)
    let linear = try completed(
      Matrix.product(coordinates, meanCoordinates, rightTransposed: true),
      Matrix.product(rows, means.centred, rightTransposed: true))
    var first = 0
    return try groups.map { (group) throws(LinearAlgebraError) in
      let own = Array(first..<first + group.members.count * features.views)
      first += own.count
      let (mine, plain) = (coordinates.rows(own), rows.rows(own))
      let within = try completed(
        Matrix.product(mine, mine, rightTransposed: true), Matrix.product(plain, plain, rightTransposed: true))
      let classes = group.removed.map(\.place)
      let among = try completed(
        Matrix.product(meanCoordinates.rows(classes), meanCoordinates, rightTransposed: true),
        Matrix.product(means.centred.rows(classes), means.centred, rightTransposed: true))
      return GroupProducts(
        linear: own.map { Array(linear[row: $0]) }, within: within.rowArrays, among: among.rowArrays)
    }
  }

  private func completed(
    _ products: consuming Matrix, _ plain: @autoclosure () throws(LinearAlgebraError) -> Matrix
  ) throws(LinearAlgebraError) -> Matrix {
    guard let remainder else { return products }
    products.complete(try plain(), remainder: remainder)
    return products
  }
}

extension Matrix {
  /// The rows.
  var rowArrays: [[Double]] { (0..<rows).map { Array(self[row: $0]) } }

  /// Replaces the products X of coordinates by (P − X) / λ, where P are the plain products.
  mutating func complete(_ plain: Matrix, remainder: Double) {
    withUnsafeMutableElements { elements in
      plain.elements.withUnsafeBufferPointer { plain in
        for index in elements.indices { elements[index] = (plain[index] - elements[index]) / remainder }
      }
    }
  }
}
