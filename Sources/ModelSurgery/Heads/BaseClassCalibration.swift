public import TFLite

/// The weighting of new classes against base classes: a new class wins if θ − α D² is above the greatest logit of the
/// base, where D² is the distance of ``NoveltyScore`` to the nearest new class.
public struct BaseClassCalibration: Sendable, Hashable {
  /// θ.
  public let offset: Float
  /// α.
  public let slope: Float

  /// Creates a calibration.
  ///
  /// - Throws: ``SurgeryError/badNumbers(of:because:)`` if a number is not finite or α is not positive.
  public init(offset: Float, slope: Float) throws(SurgeryError) {
    guard offset.isFinite, slope.isFinite, slope > 0 else {
      throw .badNumbers(of: "the base-class calibration", because: "the offset is \(offset) and the slope \(slope)")
    }
    self.offset = offset
    self.slope = slope
  }
}

extension Model {
  /// Returns the classifier of this model's classes followed by new classes.
  ///
  /// The model's graph is unchanged up to its logits. One SOFTMAX reads the logits of all classes: the model's logits,
  /// dequantised and multiplied by the factor of its softmax, and θ − α D² + sₖ − maxⱼ sⱼ for the new classes, where s
  /// are the logits of the head. So the order of the model's own classes does not change, and a new class wins if θ − α
  /// D² is above the model's greatest logit.
  ///
  /// - Parameters:
  ///   - head: The head of the new classes, on the model's embedding.
  ///   - novelty: D².
  ///   - calibration: θ and α.
  /// - Throws: The errors of ``BaseClassifier/init(of:)`` for a model that is not a classifier, and the errors of
  ///   ``appending(_:)``.
  public func appending(
    _ head: LinearHead, novelty: NoveltyScore, calibration: BaseClassCalibration
  ) throws(SurgeryError) -> Model {
    let base = try BaseClassifier(of: self)
    guard novelty.dimension == head.dimension else {
      throw .badNumbers(
        of: "the novelty score", because: "it has \(novelty.dimension) features, and the head \(head.dimension)")
    }
    let body = cut(at: base.logits)
    let (_, output) = try body.onlyInputAndOutput()
    let embedding = try EmbeddingSource(of: OutputPath(to: output, in: body), in: body).embedding
    var builder = GraphBuilder(extending: body, prefix: body.freePrefix)
    let vector = try body.checkedEmbedding(embedding, dimension: head.dimension, in: builder)
    var old = try builder.tensor(output)
    let count = Int32(clamping: base.classCount)
    if old.shape != [1, count] {
      old = try builder.reshape(old, to: [1, count], name: "BaseLogits", shapeName: "BaseLogitsShape")
    }
    if old.type != .float32 { old = try builder.dequantize(old, name: "DequantizedBaseLogits") }
    if base.beta != 1 {
      old = try builder.mul(old, try builder.floats("Beta", [base.beta], shape: [1]), name: "ScaledBaseLogits")
    }
    let features = try builder.unitVector(of: vector, transform: head.transform)
    let logits = try builder.logits(of: head, on: features)
    let nearness = try builder.nearness(of: features, by: novelty).distance
    let new = try builder.calibrated(logits, nearness: nearness, by: calibration)
    let all = try builder.concatenate([old, new], axis: 1, name: "AllLogits")
    return try Self.finished(&builder, all)
  }
}
