public import LinearAlgebra
public import ModelSurgery

/// The features of all pictures of an embedding set, as rows of a matrix, with their classes: the training data of head
/// methods that need individual pictures.
public struct LabelledFeatures: Sendable {
  /// The names of the classes.
  public let classes: [String]
  /// z: one row for each view of each picture. The views of a picture follow one another, the plain view first.
  public let rows: Matrix
  /// The number of views of a picture.
  public let views: Int
  /// The class of each picture.
  public let labels: [Int]
  /// The name of each picture.
  public let names: [String]
  /// The number of pictures of each class.
  public let counts: [Int]
  /// The pictures that leave-one-out leaves out together.
  let together: LeftOutGroups

  /// Computes the features of a set.
  ///
  /// - Parameters:
  ///   - embeddings: The set.
  ///   - transform: The feature transform, or nil for that of the space.
  ///   - groups: The pictures that leave-one-out leaves out together.
  /// - Throws: ``EmbeddingSetError/pastBudget(_:bytes:)`` where the set stores only sums.
  /// - Complexity: O(n V D).
  public init(
    _ embeddings: EmbeddingSet, transform: FeatureTransform? = nil, groups: PictureGroups = .none
  ) throws(EmbeddingSetError) {
    guard embeddings.hasEmbeddings else {
      throw .pastBudget("learning from individual pictures", bytes: embeddings.sumsBudget)
    }
    let writer = FeatureWriter(embeddings.space, transform: transform)
    let dimension = embeddings.space.dimension
    let views = embeddings.space.augmentation.count
    var rows = Matrix(rows: embeddings.pictures * views, columns: dimension)
    var labels: [Int] = []
    var names: [String] = []
    rows.withUnsafeMutableElements { rows in
      var row = 0
      for (place, known) in embeddings.classes.enumerated() {
        for picture in known.pictures {
          labels.append(place)
          names.append(picture.name)
          for view in 0..<views {
            writer.write(
              view: view, of: picture.embeddings,
              into: UnsafeMutableBufferPointer(rebasing: rows[row * dimension..<(row + 1) * dimension]))
            row += 1
          }
        }
      }
    }
    classes = embeddings.classes.map(\.name)
    self.rows = rows
    self.views = views
    self.labels = labels
    self.names = names
    counts = embeddings.classes.map(\.count)
    together = LeftOutGroups(groups, labels: labels, counts: counts)
  }
}

extension LabelledFeatures {
  /// The number of pictures times classes beyond which leave-one-out is skipped: the logits would take more than 256 MB.
  static let mostPredictions = 1 << 26

  /// Whether the leave-one-out logits of all pictures fit into memory.
  var canLeaveOut: Bool {
    let (predictions, overflow) = labels.count.multipliedReportingOverflow(by: classes.count)
    return !overflow && predictions <= Self.mostPredictions
  }

  /// Returns whether a picture can be left out: whether its class has other pictures that do not show the same.
  func canLeaveOut(_ picture: Int) -> Bool { counts[labels[picture]] > 1 && !together.alone.contains(picture) }

  /// The names of the classes with only one picture, or only pictures that show the same.
  var singles: [String] {
    var known = Set<Int>()
    for picture in labels.indices where canLeaveOut(picture) { known.insert(labels[picture]) }
    return classes.indices.filter { !known.contains($0) }.map { classes[$0] }
  }

  /// Returns the rows of the pictures that are left out with a picture, and of the picture itself.
  func rowsLeftOut(with picture: Int) -> [Int] {
    (together.group(of: picture)?.members ?? [picture]).flatMap { $0 * views..<($0 + 1) * views }
  }

  /// Returns the classes that lose pictures when a picture is left out, with the number of pictures that they keep.
  func remaining(without picture: Int) -> [(place: Int, count: Double)] {
    guard let group = together.group(of: picture) else {
      return [(labels[picture], Double(counts[labels[picture]] - 1))]
    }
    return group.removed.map { ($0.place, Double(counts[$0.place] - $0.count)) }
  }

  /// The rows of each class, which follow one another.
  var classRows: [Range<Int>] {
    var start = 0
    return counts.map { count in
      defer { start += count * views }
      return start..<start + count * views
    }
  }

  /// Returns Σ z over all views of all pictures of each class: `[C, D]`.
  ///
  /// - Complexity: O(n V D).
  func classSums() -> Matrix {
    sums(of: labels.flatMap { Array(repeating: $0, count: views) }, count: classes.count)
  }

  /// Returns Σ z over the rows of each group: `[count, D]`.
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
  /// - Complexity: O(n m D) for a matrix of m rows; it works in blocks, so memory does not grow with n m.
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

  /// Returns u · z / ‖u‖, where z is the plain view of a picture and u a sum without some rows; 0 where u is zero.
  ///
  /// - Parameters:
  ///   - picture: The picture.
  ///   - omitted: The rows to subtract.
  ///   - sum: The sum with these rows.
  func cosine(of picture: Int, without omitted: some Sequence<Int>, in sum: ArraySlice<Double>) -> Double {
    let dimension = rows.columns
    let first = picture * views
    var rest = Array(sum)
    return rows.elements.withUnsafeBufferPointer { rows in
      rest.withUnsafeMutableBufferPointer { rest in
        for row in omitted {
          for index in 0..<dimension { rest[index] -= rows[row * dimension + index] }
        }
        var square = 0.0
        var product = 0.0
        for index in 0..<dimension {
          square += rest[index] * rest[index]
          product += rest[index] * rows[first * dimension + index]
        }
        // A sum shorter than this is a rounding error.
        return square > 1e-20 ? product / square.squareRoot() : 0
      }
    }
  }
}

extension Matrix {
  /// Returns each row divided by its length; rows of zeros stay zero.
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
