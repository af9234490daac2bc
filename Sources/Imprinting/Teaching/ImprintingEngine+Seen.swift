import Inference
import Heads

extension ImprintingEngine {
  /// The sum of what the tail makes of a picture's raw embeddings: each is normalised and rounded to the steps in which the
  /// tail stores it.
  ///
  /// - Parameters:
  ///   - steps: The embeddings' steps, one view after the other.
  ///   - dimension: The number of elements of one.
  ///   - unit: What a step is worth.
  /// - Throws: ``EmbeddingError.wrongCount(count:expected:)``, ``EmbeddingError/notFinite``.
  nonisolated func sum(of steps: [Float], dimension: Int, unit: Float) throws(EmbeddingError) -> EmbeddingSum {
    var sum = EmbeddingSum(dimension: embeddingDimension)
    for start in stride(from: 0, to: steps.count - dimension + 1, by: dimension) {
      try sum.add(normalized(Array(steps[start..<start + dimension]), unit: unit))
    }
    return sum
  }

  /// The same sum of a class that was seen. Where only sums are kept, it is that of the class's mean, as often as there are
  /// pictures.
  ///
  /// - Throws: As ``sum(of:dimension:unit:)`` does.
  nonisolated func sum(of known: EmbeddedClass, in space: EmbeddingSpace, unit: Float) throws(EmbeddingError)
    -> EmbeddingSum
  {
    guard known.pictures.isEmpty else {
      var whole = EmbeddingSum(dimension: embeddingDimension)
      for picture in known.pictures {
        try whole.add(sum(of: space.steps(picture.embeddings), dimension: space.dimension, unit: unit))
      }
      return whole
    }
    let views = Double(max(known.count * space.views.count, 1))
    let mean = normalized(known.steps.map { Float($0 / views) }, unit: unit)
    return EmbeddingSum(steps: mean.steps.map { Double($0) * views }, count: known.count * space.views.count)
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
