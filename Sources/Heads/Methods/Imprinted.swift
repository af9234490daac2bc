import LinearAlgebra
import ModelSurgery

/// Weight imprinting: the row of a class is the direction of the sum of its embeddings.
///
///     z = x / ‖x‖
///     w_c = Σ z / ‖Σ z‖        over all views of the class's pictures
///     logit_c = s w_c · z      no bias
///
/// Qi, Brown and Lowe, "Low-Shot Learning with Imprinted Weights" (CVPR 2018). Leave-one-out is exact: leaving a picture out
/// changes only the row of its class, by subtracting the picture's views from the sum. Where the set stores only sums, w_c is
/// the direction of Σ x, which differs from that of Σ z if the embeddings of a class differ in length.
///
/// A single class is allowed, as in Coral's API: more classes can be added later.
public struct Imprinted: HeadMethod {
  /// `imprinted`.
  public static let name = "imprinted"

  /// s, the factor of the cosines; 40 in Coral's models.
  public var scale: Double

  /// Creates the method.
  ///
  /// - Parameter scale: s, the factor of the cosines.
  public init(scale: Double = 40) { self.scale = scale }

  /// Solves for the head.
  ///
  /// - Throws: ``HeadError/tooFewClasses(_:)`` where there is no class, ``HeadError/badSetting(name:value:needed:)`` where
  ///   the scale is not positive, and `LinearAlgebraError`.
  /// - Complexity: O(n V D + n N D) for n pictures of N classes.
  public func solve(_ embeddings: EmbeddingSet) throws -> SolvedHead {
    guard !embeddings.classes.isEmpty else { throw HeadError.tooFewClasses(0) }
    try HeadError.checkPositive(scale, name: "the scale")
    let classes = embeddings.classes.map(\.name)
    let dimension = embeddings.space.dimension
    guard embeddings.hasEmbeddings else {
      let sums = try Matrix(columns: dimension, elements: embeddings.classes.flatMap(\.steps))
      return SolvedHead(head: try head(rows: sums.normalizingRows()), classes: classes)
    }
    let features = try LabelledFeatures(embeddings, transform: .plain, groups: PictureGroups(embeddings))
    let sums = features.classSums()
    let rows = sums.normalizingRows()
    return SolvedHead(
      head: try head(rows: rows), classes: classes,
      leaveOneOut: try leaveOneOut(features, sums: sums, rows: rows))
  }

  private func head(rows: Matrix) throws(SurgeryError) -> LinearHead {
    try LinearHead(
      transform: .plain, dimension: rows.columns, weights: rows.elements.map { Float(scale * $0) },
      biases: Array(repeating: 0, count: rows.rows))
  }

  private func leaveOneOut(
    _ features: LabelledFeatures, sums: Matrix, rows: Matrix
  ) throws(LinearAlgebraError) -> LeaveOneOut? {
    guard features.canLeaveOut, features.counts.contains(where: { $0 > 1 }) else { return nil }
    var predictions: [LeaveOneOut.Prediction] = []
    try features.forEachPlainView(by: rows) { picture, cosines in
      let label = features.labels[picture]
      guard features.canLeaveOut(picture) else { return }
      var logits = cosines.map { Float(scale * $0) }
      let omitted = Dictionary(grouping: features.rowsLeftOut(with: picture)) { features.labels[$0 / features.views] }
      for (place, rows) in omitted {
        logits[place] = Float(scale * features.cosine(of: picture, without: rows, in: sums[row: place]))
      }
      predictions.append(.init(picture: features.names[picture], label: label, logits: logits))
    }
    guard !predictions.isEmpty else { return nil }
    return LeaveOneOut(classes: features.classes, predictions: predictions, singles: features.singles)
  }
}
