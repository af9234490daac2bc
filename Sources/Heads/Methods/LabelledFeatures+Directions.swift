import LinearAlgebra

extension LabelledFeatures {
  /// Pictures times classes beyond which no picture is left out: their logits would take more than 256 MB.
  static let mostAnswers = 1 << 26

  /// Whether the logits of all pictures fit into memory.
  var canLeaveOut: Bool {
    let (answers, overflow) = labels.count.multipliedReportingOverflow(by: classes.count)
    return !overflow && answers <= Self.mostAnswers
  }

  /// Names of the classes with one picture.
  var singles: [String] { zip(classes, counts).filter { $0.1 == 1 }.map(\.0) }

  /// The rows of each class: one class's pictures follow one another.
  var classRows: [Range<Int>] {
    var start = 0
    return counts.map { count in
      defer { start += count * views }
      return start..<start + count * views
    }
  }

  /// Σ z over all views of all pictures of each class: `[C, D]`.
  ///
  /// - Complexity: O(n V D).
  func classSums() -> Matrix {
    sums(of: labels.flatMap { Array(repeating: $0, count: views) }, count: classes.count)
  }

  /// Σ z over the rows of each group: `[count, D]`.
  ///
  /// - Parameter groups: The group of each row.
  func sums(of groups: [Int], count: Int) -> Matrix {
    let dimension = rows.columns
    var sums = Matrix(rows: count, columns: dimension)
    sums.withUnsafeMutableElements { sums in
      rows.elements.withUnsafeBufferPointer { rows in
        for (row, group) in groups.enumerated() {
          for index in 0..<dimension { sums[group * dimension + index] += rows[row * dimension + index] }
        }
      }
    }
    return sums
  }

  /// Calls a closure for each picture with the scalar products of its plain view and the rows of a matrix.
  ///
  /// - Throws: `LinearAlgebraError`.
  /// - Complexity: O(n m D) for a matrix of m rows, in blocks so that memory does not grow with n m.
  func forEachPlainView(
    by matrix: Matrix, _ body: (_ picture: Int, _ products: ArraySlice<Double>) -> Void
  ) throws(LinearAlgebraError) {
    let dimension = rows.columns
    let block = max(16, min(1024, (1 << 23) / max(1, matrix.rows)))
    for start in stride(from: 0, to: labels.count, by: block) {
      let pictures = start..<min(start + block, labels.count)
      var elements: [Double] = []
      elements.reserveCapacity(pictures.count * dimension)
      for picture in pictures {
        let first = picture * views * dimension
        elements += rows.elements[first..<first + dimension]
      }
      let products = try Matrix.product(
        Matrix(columns: dimension, elements: elements), matrix, rightTransposed: true)
      for picture in pictures { body(picture, products[row: picture - start]) }
    }
  }

  /// u · z / ‖u‖ for what is left of a sum once some of a picture's views are taken out, z being its plain view; 0 where
  /// nothing is left.
  ///
  /// - Parameters:
  ///   - picture: The picture.
  ///   - taken: Its views to take out.
  ///   - sum: Σ z with them.
  func cosine(of picture: Int, without taken: some Sequence<Int>, in sum: ArraySlice<Double>) -> Double {
    let dimension = rows.columns
    let first = picture * views
    var rest = Array(sum)
    return rows.elements.withUnsafeBufferPointer { rows in
      rest.withUnsafeMutableBufferPointer { rest in
        for view in taken {
          for index in 0..<dimension { rest[index] -= rows[(first + view) * dimension + index] }
        }
        var square = 0.0
        var product = 0.0
        for index in 0..<dimension {
          square += rest[index] * rest[index]
          product += rest[index] * rows[first * dimension + index]
        }
        // What rounding leaves of a sum of unit vectors is no direction.
        return square > 1e-20 ? product / square.squareRoot() : 0
      }
    }
  }
}

extension Matrix {
  /// Each row divided by its length; rows of zeros stay.
  func normalizingRows() -> Matrix {
    var result = self
    result.withUnsafeMutableElements { elements in
      for row in 0..<rows {
        var square = 0.0
        for index in row * columns..<(row + 1) * columns { square += elements[index] * elements[index] }
        guard square > 0 else { continue }
        let factor = 1 / square.squareRoot()
        for index in row * columns..<(row + 1) * columns { elements[index] *= factor }
      }
    }
    return result
  }
}
