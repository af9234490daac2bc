import LinearAlgebra

/// k-means on unit vectors with the cosine as similarity: Dhillon and Modha (Machine Learning 42, 2001), with the initial
/// centres of k-means++ (Arthur and Vassilvitskii, SODA 2007).
struct SphericalKMeans: Sendable {
  /// k, the greatest number of groups.
  let count: Int
  /// The greatest number of passes.
  var passes = 30

  init(count: Int) { self.count = max(1, count) }

  /// Returns the group of each row, numbered from 0 without gaps. There are fewer than k groups where rows are equal.
  ///
  /// - Parameters:
  ///   - rows: Unit vectors.
  ///   - generator: Draws the initial centres.
  /// - Throws: `LinearAlgebraError`.
  /// - Complexity: O(n k D) per pass.
  func groups(
    of rows: Matrix, using generator: inout some RandomNumberGenerator
  ) throws(LinearAlgebraError) -> [Int] {
    var centres = try initialCentres(of: rows, using: &generator)
    var groups: [Int] = []
    for _ in 0..<max(1, passes) {
      let cosines = try Matrix.product(rows, centres, rightTransposed: true)
      let next = (0..<rows.rows).map { row in nearest(cosines[row: row]) }
      if next == groups { break }
      groups = next
      centres = self.centres(of: groups, rows: rows, before: centres)
    }
    // Close the gaps that groups without rows left.
    let numbers = Dictionary(uniqueKeysWithValues: Set(groups).sorted().enumerated().map { ($1, $0) })
    return groups.map { numbers[$0] ?? 0 }
  }

  /// Returns rows that are far from each other. Each is drawn with a probability proportional to 1 − its greatest cosine to
  /// the rows drawn before it.
  private func initialCentres(
    of rows: Matrix, using generator: inout some RandomNumberGenerator
  ) throws(LinearAlgebraError) -> Matrix {
    guard rows.rows > 0 else { return rows }
    var chosen = Array(rows[row: Int.random(in: 0..<rows.rows, using: &generator)])
    var last = chosen
    var distances = [Double](repeating: .infinity, count: rows.rows)
    for _ in 1..<max(2, count) where chosen.count < count * rows.columns {
      let cosines = try Matrix.product(
        rows, Matrix(columns: rows.columns, elements: last), rightTransposed: true)
      for row in distances.indices { distances[row] = min(distances[row], max(0, 1 - cosines[row, 0])) }
      let sum = distances.reduce(0, +)
      guard sum > 1e-9 else { break }
      var rest = Double.random(in: 0..<sum, using: &generator)
      let row = distances.firstIndex { distance in
        rest -= distance
        return rest < 0
      }
      last = Array(rows[row: row ?? rows.rows - 1])
      chosen += last
    }
    return try Matrix(columns: rows.columns, elements: chosen)
  }

  private func nearest(_ cosines: ArraySlice<Double>) -> Int {
    var best = cosines.startIndex
    for index in cosines.indices where cosines[index] > cosines[best] { best = index }
    return best - cosines.startIndex
  }

  /// Returns the directions of the groups' sums; a group without rows keeps its centre.
  private func centres(of groups: [Int], rows: Matrix, before: Matrix) -> Matrix {
    var sums = before
    let dimension = rows.columns
    var isEmpty = [Bool](repeating: true, count: before.rows)
    for (row, group) in groups.enumerated() {
      let isFirst = isEmpty[group]
      isEmpty[group] = false
      sums.withUnsafeMutableElements { sums in
        rows.elements.withUnsafeBufferPointer { rows in
          for index in 0..<dimension {
            let sum = isFirst ? 0 : sums[group * dimension + index]
            sums[group * dimension + index] = sum + rows[row * dimension + index]
          }
        }
      }
    }
    return sums.normalizingRows()
  }
}
