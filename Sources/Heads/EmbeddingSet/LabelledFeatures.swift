public import ModelSurgery
public import LinearAlgebra

/// The features of all pictures that were seen, as rows of a matrix: what heads that need single pictures learn from.
public struct LabelledFeatures: Sendable {
  /// The classes' names.
  public let classes: [String]
  /// z, a row for each view of each picture; a picture's views follow one another, the plain one first.
  public let rows: Matrix
  /// The number of views of a picture.
  public let views: Int
  /// The class of each picture.
  public let labels: [Int]
  /// The name of each picture.
  public let names: [String]
  /// How many pictures each class has.
  public let counts: [Int]

  /// - Throws: ``EmbeddingSetError/pastBudget(_:bytes:)`` where only sums are kept.
  /// - Complexity: O(n V D).
  public init(_ seen: EmbeddingSet, transform: FeatureTransform? = nil) throws(EmbeddingSetError) {
    guard seen.hasEmbeddings else { throw .pastBudget("learning from single pictures", bytes: seen.budget) }
    let writer = FeatureWriter(seen.space, transform: transform)
    let dimension = seen.space.dimension
    let views = seen.space.views.count
    var rows = Matrix(rows: seen.pictures * views, columns: dimension)
    var labels: [Int] = []
    var names: [String] = []
    rows.withUnsafeMutableElements { rows in
      var row = 0
      for (place, known) in seen.classes.enumerated() {
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
    classes = seen.classes.map(\.name)
    self.rows = rows
    self.views = views
    self.labels = labels
    self.names = names
    counts = seen.classes.map(\.count)
  }
}
