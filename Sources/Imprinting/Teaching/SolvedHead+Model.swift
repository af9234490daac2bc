public import Heads
import Inference
public import ModelSurgery
public import Pictures
public import TFLite

extension SolvedHead {
  /// Returns the classifier behind a bare embedding extractor, with the names of its classes and, where the training
  /// pictures give one, the novelty score by which ``Classifier`` calls pictures unknown.
  ///
  /// - Parameters:
  ///   - extractor: The network up to the embedding.
  ///   - resize: How pictures were resized to the network's input.
  ///   - unknownRate: The share of pictures of the taught classes that may be called unknown; nil for no novelty score.
  /// - Throws: `SurgeryError` where the extractor does not fit, ``ImprintingError/badUnknownRate(_:)``, and `TFLiteError`
  ///   where its metadata is newer than the schema known here.
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

  /// Returns the classifier of a base's classes, followed by these.
  ///
  /// The base's classes stand for all that the new ones are not: there is no novelty score.
  ///
  /// - Parameters:
  ///   - base: A classifier whose embedding the head was solved on.
  ///   - calibration: The calibration of both against each other.
  ///   - labels: Names of the base's classes.
  ///   - resize: How pictures were resized to the network's input.
  /// - Throws: ``BaseClassCalibrationError/noDistances`` where the method says nothing of distances, `SurgeryError` where the base
  ///   does not fit, and `TFLiteError` where its metadata is newer than the schema known here.
  public func model(
    beside base: Model, calibration: BaseClassCalibration, labels: Labels, resize: Resize?
  ) throws -> Model {
    guard let novelty else { throw BaseClassCalibrationError.noDistances }
    let count = try BaseClassifier(of: base).classCount
    var model = try base.withoutImprinted.appending(head, novelty: novelty, calibration: calibration)
    let old = labels.lines(count: count)
    let names = (old.isEmpty ? Array(repeating: "", count: count) : old) + classes
    try model.setImprinted(
      labels: names, sums: StoredSums(dimension: head.dimension, sums: [:]), resize: resize)
    return model
  }
}
