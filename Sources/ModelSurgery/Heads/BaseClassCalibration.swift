public import TFLite

/// How new classes are weighed against those of a base: a new class wins where θ − α D² is above the base's greatest logit,
/// D² being the distance of ``NoveltyScore`` to the nearest new class.
public struct BaseClassCalibration: Sendable, Hashable {
  /// θ.
  public let offset: Float
  /// α.
  public let slope: Float

  /// Creates a calibration.
  ///
  /// - Throws: ``SurgeryError/badNumbers(of:because:)`` where a number is not finite or α not positive.
  public init(offset: Float, slope: Float) throws(SurgeryError) {
    guard offset.isFinite, slope.isFinite, slope > 0 else {
      throw .badNumbers(of: "the base-class calibration", because: "the offset is \(offset) and the slope \(slope)")
    }
    self.offset = offset
    self.slope = slope
  }
}

extension Model {
  /// Returns the classifier of this model's classes and, behind them, new ones.
  ///
  /// The model's graph stays as it is up to its logits. These, dequantised and times the factor of its softmax, and
  /// θ − α D² + sₖ − maxⱼ sⱼ for the new classes, s being the logits of the head, go into one SOFTMAX over all. So the order
  /// of the model's own classes does not change, and the new ones win where θ − α D² is above its greatest logit.
  ///
  /// - Parameters:
  ///   - head: The head of the new classes, on the model's embedding.
  ///   - novelty: D².
  ///   - calibration: θ and α.
  /// - Throws: As ``BaseClassifier/init(of:)`` does for a model that is no classifier, and as ``appending(_:)`` does.
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
