public import Heads
import Inference
public import ModelSurgery
public import Pictures
public import TFLite

extension SolvedHead {
  /// Returns a classifier: the extractor followed by this head, with the names of the classes and, if the head has one, the
  /// novelty score by which ``Classifier`` decides which pictures are unknown.
  ///
  /// - Parameters:
  ///   - extractor: The network up to the embedding.
  ///   - resize: How pictures were resized to the network's input.
  ///   - unknownRate: The share of pictures of the taught classes that the classifier may call unknown; nil to store no
  ///     novelty score.
  /// - Throws: `SurgeryError` where the extractor does not fit the head, ``ImprintingError/badUnknownRate(_:)``, and
  ///   `TFLiteError` where the extractor's metadata has a newer schema than this library knows.
  public func model(
    behind extractor: Model, resize: Resize?, unknownRate: Double? = UnknownRule.usualRate
  ) throws -> Model {
    var stored: StoredNovelty?
    if let unknownRate {
      guard StoredNovelty.rates.contains(Float(unknownRate)) else {
        throw ImprintingError.badUnknownRate(unknownRate)
      }
      stored = try novelty.flatMap { try StoredNovelty($0, rate: unknownRate) }
    }
    var model = try extractor.withoutImprinted.appending(head)
    try model.setImprinted(
      labels: classes, sums: StoredSums(dimension: head.dimension, sums: [:]), resize: resize, novelty: stored)
    return model
  }

  /// Returns a classifier with the classes of a base model, followed by the classes of this head.
  ///
  /// It has no novelty score: pictures of other things are left to the base classes.
  ///
  /// - Parameters:
  ///   - base: A classifier on whose embeddings the head was solved.
  ///   - calibration: The calibration of the new classes against the base classes.
  ///   - labels: The names of the base classes.
  ///   - resize: How pictures were resized to the network's input.
  /// - Throws: `BaseClassCalibrationError/noDistances` where the head has no novelty score, `SurgeryError` where the base
  ///   does not fit the head, and `TFLiteError` where the base's metadata has a newer schema than this library knows.
  public func model(
    beside base: Model, calibration: BaseClassCalibration, labels: Labels, resize: Resize?
  ) throws -> Model {
    guard let novelty else { throw BaseClassCalibrationError.noDistances }
    let count = try BaseClassifier(of: base).classCount
    var model = try base.withoutImprinted.appending(head, novelty: novelty, calibration: calibration)
    let baseNames = labels.lines(count: count)
    let names = (baseNames.isEmpty ? Array(repeating: "", count: count) : baseNames) + classes
    try model.setImprinted(
      labels: names, sums: StoredSums(dimension: head.dimension, sums: [:]), resize: resize)
    return model
  }
}
