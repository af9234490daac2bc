import LinearAlgebra

/// Compares pictures whose looks are known, two at a time, by their features and sketches; see ``NearDuplicates``.
struct PictureComparison: Sendable {
  private let count: Int
  // The features of the plain views, row by row.
  private let features: SingleMatrix
  // The directions of the sketches, and of the mirrored sketches.
  private let sketches, mirrored: SingleMatrix

  init(_ pictures: [EmbeddedPicture], in space: EmbeddingSpace) {
    count = pictures.count
    let dimension = space.dimension
    let writer = FeatureWriter(space)
    var row = [Double](repeating: 0, count: dimension)
    features = SingleMatrix(rows: pictures.count, columns: dimension) { target in
      for (index, picture) in pictures.enumerated() {
        row.withUnsafeMutableBufferPointer { writer.write(view: 0, of: picture.embeddings, into: $0) }
        for column in 0..<dimension { (target + index * dimension + column).initialize(to: Float(row[column])) }
      }
    }
    func matrix(_ direction: (PictureSketch) -> [Float]) -> SingleMatrix {
      let width = PictureSketch.byteCount
      return SingleMatrix(rows: pictures.count, columns: width) { target in
        for (index, picture) in pictures.enumerated() {
          let values = picture.look.map { direction($0.sketch) } ?? Array(repeating: 0, count: width)
          for column in 0..<width { (target + index * width + column).initialize(to: values[column]) }
        }
      }
    }
    sketches = matrix { $0.direction }
    mirrored = matrix { $0.mirrored.direction }
  }

  /// Returns z·z' + ½ max(w·w', w·mirrored w').
  func similarity(_ first: Int, _ second: Int) -> Float {
    let sketch = max(
      Self.product(sketches, first, sketches, second), Self.product(sketches, first, mirrored, second))
    return Self.product(features, first, features, second) + sketch / 2
  }

  /// Calls a closure with each pair of pictures that are at least as alike as the limits of both their classes.
  ///
  /// - Parameters:
  ///   - limits: The limit of each class.
  ///   - labels: The class of each picture.
  ///   - block: The number of pictures to compare with all others at once.
  /// - Throws: `LinearAlgebraError`.
  func forEachAlike(
    limits: [Float], labels: [Int], block: Int, _ body: (_ first: Int, _ second: Int, _ similarity: Double) -> Void
  ) throws(LinearAlgebraError) {
    for start in stride(from: 0, to: count, by: block) {
      let rows = start..<min(start + block, count)
      // The pictures before the block have been compared with it already.
      let others = start..<count
      let plain = try Self.products(sketches, rows, sketches, others)
      let turned = try Self.products(sketches, rows, mirrored, others)
      plain.elements.withUnsafeBufferPointer { plain in
        turned.elements.withUnsafeBufferPointer { turned in
          for row in rows {
            let base = (row - start) * others.count - start
            for other in row + 1..<count {
              let sketch = max(plain[base + other], turned[base + other])
              let limit = max(limits[labels[row]], limits[labels[other]])
              // z·z' is at most 1.
              guard sketch >= 2 * (limit - 1) else { continue }
              let similarity = Self.product(features, row, features, other) + sketch / 2
              if similarity >= limit { body(row, other, min(1, Double(similarity / NearDuplicates.greatest))) }
            }
          }
        }
      }
    }
  }

  private static func products(
    _ left: SingleMatrix, _ rows: Range<Int>, _ right: SingleMatrix, _ others: Range<Int>
  ) throws(LinearAlgebraError) -> SingleMatrix {
    try SingleMatrix.product(left.rows(rows), right.rows(others), rightTransposed: true)
  }

  private static func product(_ left: SingleMatrix, _ row: Int, _ right: SingleMatrix, _ other: Int) -> Float {
    let columns = left.columns
    return left.elements.withUnsafeBytes { left in
      right.elements.withUnsafeBytes { right in
        var sums = (SIMD16<Float>.zero, SIMD16<Float>.zero)
        let whole = columns - columns % 32
        for start in stride(from: 0, to: 4 * whole, by: 128) {
          sums.0 +=
            left.loadUnaligned(fromByteOffset: 4 * row * columns + start, as: SIMD16<Float>.self)
            * right.loadUnaligned(fromByteOffset: 4 * other * columns + start, as: SIMD16<Float>.self)
          sums.1 +=
            left.loadUnaligned(fromByteOffset: 4 * row * columns + start + 64, as: SIMD16<Float>.self)
            * right.loadUnaligned(fromByteOffset: 4 * other * columns + start + 64, as: SIMD16<Float>.self)
        }
        var product = (sums.0 + sums.1).sum()
        for column in whole..<columns {
          product +=
            left.loadUnaligned(fromByteOffset: 4 * (row * columns + column), as: Float.self)
            * right.loadUnaligned(fromByteOffset: 4 * (other * columns + column), as: Float.self)
        }
        return product
      }
    }
  }
}

extension SingleMatrix {
  /// Returns a range of rows.
  fileprivate func rows(_ range: Range<Int>) -> SingleMatrix {
    let columns = columns
    guard range != 0..<rows else { return self }
    return elements.withUnsafeBufferPointer { source in
      SingleMatrix(rows: range.count, columns: columns) { target in
        for index in 0..<range.count * columns {
          (target + index).initialize(to: source[range.lowerBound * columns + index])
        }
      }
    }
  }
}
