extension ImprintingEngine {
  /// The sum of what the tail makes of some pictures' raw embeddings: each is normalised and rounded to the steps in which
  /// the tail stores it.
  ///
  /// - Parameters:
  ///   - steps: The embeddings' steps, one view after the other.
  ///   - dimension: The number of elements of one.
  ///   - unit: What a step is worth.
  /// - Throws: ``ImprintingError/wrongEmbedding(count:expected:)``, ``ImprintingError/notFinite``.
  nonisolated func sum(
    of steps: [[Float]], dimension: Int, unit: Float
  ) throws(ImprintingError) -> EmbeddingSum {
    var sum = EmbeddingSum(dimension: embeddingDimension)
    for views in steps {
      for start in stride(from: 0, to: views.count - dimension + 1, by: dimension) {
        try sum.add(normalized(Array(views[start..<start + dimension]), unit: unit))
      }
    }
    return sum
  }

  /// What the tail makes of one raw embedding.
  private nonisolated func normalized(_ steps: [Float], unit: Float) -> Embedding {
    var values = steps.map { Double($0) * Double(unit) }
    if let constantElement { values.append(Double(constantElement)) }
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let directions = values.map { norm > 0 ? Float($0 / norm) : 0 }
    let encoding = tail.embeddingEncoding
    guard encoding != .float32 else { return Embedding(steps: directions, unit: 1) }
    return Embedding(
      steps: encoding.encode(directions).withUnsafeBytes { encoding.steps($0) }, unit: encoding.unit)
  }
}
