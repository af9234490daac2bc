import ModelSurgery
import TFLite

extension FeatureMap {
  /// The same in a model's graph.
  public var embeddingRoot: EmbeddingRoot {
    switch self {
    case .plain: .none
    case .root: .root
    case .signedRoot: .signedRoot
    }
  }
}

extension Head {
  /// The head in a model's graph.
  var linear: LinearHead {
    get throws(SurgeryError) {
      try LinearHead(
        root: map.embeddingRoot, dimension: dimension, rowsPerClass: rowsPerClass, weights: weights, biases: biases)
    }
  }

  /// The classifier of this head behind a bare embedding extractor, as ordinary operators; see
  /// ``ModelSurgery/TFLite/Model/appending(_:)``.
  ///
  /// - Throws: `SurgeryError` where the extractor's output is not one vector of D elements.
  /// - Complexity: O(N R D).
  public func model(behind extractor: Model) throws(SurgeryError) -> Model { try extractor.appending(linear) }

  /// The classifier of a base's classes and, behind them, this head's.
  ///
  /// - Parameters:
  ///   - base: Any classifier whose embedding this head was solved on; its own logits stay as they are.
  ///   - familiarity: How far a picture is from the new classes.
  ///   - kept: How both are weighed against each other.
  /// - Throws: `SurgeryError` where the base is no classifier, or its embedding not of D elements.
  /// - Complexity: O((N R + r) D).
  public func model(
    beside base: Model, familiarity: Familiarity, kept: KeptClasses
  ) throws(SurgeryError) -> Model {
    try base.appending(linear, nearest: familiarity.nearest, gate: kept.gate)
  }
}

extension Familiarity {
  /// D² and p in a model's graph.
  package var nearest: NearestClass {
    get throws(SurgeryError) {
      try NearestClass(
        mean: mean, directions: directions, shares: shares, lambda: Float(lambda), discriminants: discriminants,
        lengths: lengths)
    }
  }
}
