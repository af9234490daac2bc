import TFLite

extension Model {
  /// The classifier with one element more behind its scores: how familiar the picture is,
  /// u = projectionFactor · p − D² / deviation.
  ///
  /// - Parameters:
  ///   - nearest: D² and p, of the unit vector that the model's head reads.
  ///   - deviation: What a D² of a picture of the taught classes varies by.
  ///   - projectionFactor: What p counts.
  /// - Returns: A model with one output of floats, `[1, N + 1]`.
  /// - Throws: ``SurgeryError/cannotAdapt(found:because:)`` for a model whose head reads no unit vector, whose numbers of
  ///   classes or elements are others than those of `nearest`, or whose scores are not floats `[1, N]`.
  public func appendingFamiliarity(
    of nearest: NearestClass, deviation: Float, projectionFactor: Float
  ) throws(SurgeryError) -> Model {
    let base = try BaseClassifier(of: self)
    let (_, output) = try onlyInputAndOutput()
    let refusal = { (because: String) in SurgeryError.cannotAdapt(found: lastOperators(5), because: because) }
    guard base.layout == .normalized, base.classCount == nearest.classCount, base.dimension == nearest.dimension else {
      throw refusal(
        "what it knows of unfamiliar pictures is for \(nearest.classCount) classes and \(nearest.dimension) elements of "
          + "a normalised embedding; it has \(base.classCount) and \(base.dimension)")
    }
    guard (1 / deviation).isFinite, deviation > 0, projectionFactor.isFinite else {
      throw refusal("the deviation of its distances is \(deviation)")
    }
    var builder = GraphBuilder(extending: self, prefix: "Familiarity/")
    let scores = try builder.tensor(output)
    let features = try builder.tensor(base.features)
    guard scores.type == .float32, scores.shape == [1, Int32(clamping: base.classCount)], features.type == .float32,
      features.shape == [1, Int32(clamping: base.dimension)]
    else { throw refusal("its scores or its features are no row of floats") }
    let (nearness, projection) = try builder.nearness(to: nearest, of: features)
    let inverse = try builder.floats("Inverse", [1 / deviation], shape: [1])
    let factor = try builder.floats("Factor", [projectionFactor], shape: [1])
    let familiarity = try builder.add(
      try builder.mul(nearness, inverse, name: "Deviations"), try builder.mul(projection, factor, name: "Weighed"),
      name: "Familiarity")
    return builder.finish(with: try builder.concatenate([scores, familiarity], axis: 1, name: "Answer"))
  }
}
