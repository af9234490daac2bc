import LinearAlgebra

/// A⁻¹ as the scalar products of features in it.
protocol DiscriminantMetric {
  /// q_c = (m_c − μ) A⁻¹ (m_c − μ).
  var lengths: [Double] { get }

  /// The products of some pictures with the classes and with themselves.
  func products(
    of pictures: [Int], _ features: LabelledFeatures, _ means: ClassMeans
  ) throws(LinearAlgebraError) -> DiscriminantProducts

  /// w_c = A⁻¹ (m_c − μ): `[C, D]`.
  func discriminants() throws(LinearAlgebraError) -> Matrix

  /// The same as exactly as can be, for a head to be made from.
  func refined() throws(LinearAlgebraError) -> any DiscriminantMetric
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
  /// The classes of some pictures that follow one another class by class, and the place among these of each picture's.
  func places(of pictures: [Int]) -> (classes: [Int], rows: [Int]) {
    var classes: [Int] = []
    let rows = pictures.map { picture in
      if classes.last != labels[picture] { classes.append(labels[picture]) }
      return classes.count - 1
    }
    return (classes, rows)
  }

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

  /// ‖x‖² of each row.
  var squares: [Double] { products(self) }

  /// x·y of each row and that of another matrix of the same size.
  func products(_ other: Matrix) -> [Double] {
    (0..<min(rows, other.rows)).map { zip(self[row: $0], other[row: $0]).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  /// The sum of the diagonal.
  var trace: Double { (0..<min(rows, columns)).reduce(0) { $0 + self[$1, $1] } }

  /// Multiplies each row by a number of its own.
  mutating func multiplyRows(by factors: [Double]) {
    let columns = columns
    withUnsafeMutableElements { elements in
      for (row, factor) in factors.enumerated() {
        for index in row * columns..<(row + 1) * columns { elements[index] *= factor }
      }
    }
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
}

extension SingleMatrix {
  /// The sum of the diagonal.
  var trace: Double { (0..<min(rows, columns)).reduce(0) { $0 + Double(self[$1, $1]) } }
}

extension SingleCholesky {
  /// Smaller matrices take no time worth saving.
  static let leastSize = 512

  /// Whether a factor in 32-bit floats does for leaving pictures out: its error is some 10⁻⁷ times the condition.
  ///
  /// - Parameters:
  ///   - size: The number of rows.
  ///   - trace: The sum of the diagonal, before it is added to.
  ///   - shift: What is added to each element of it.
  static func suffices(size: Int, trace: Double, shift: Double) -> Bool {
    size >= leastSize && trace < 32_768 * shift
  }
}
