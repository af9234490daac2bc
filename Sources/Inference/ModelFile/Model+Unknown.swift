import Heads
import ModelSurgery
import TFLite

extension Model {
  /// By what ``Classifier`` calls pictures unknown, or nil where the file does not say.
  ///
  /// - Throws: ``StoredFamiliarityError`` where what it says is passed over.
  public var unknownRule: UnknownRule? {
    get throws(StoredFamiliarityError) {
      try storedFamiliarity.map { UnknownRule(rate: Double($0.rate), threshold: $0.threshold(rate: Double($0.rate))) }
    }
  }

  /// What the file holds of how familiar a picture is, checked against its last layers.
  package var storedFamiliarity: StoredFamiliarity? {
    get throws(StoredFamiliarityError) {
      guard let bytes = metadata(named: StoredFamiliarity.metadataName) else { return nil }
      let stored = try StoredFamiliarity(bytes)
      _ = try withFamiliarity(stored)
      return stored
    }
  }

  /// The model whose output has u behind the scores.
  package func withFamiliarity(_ stored: StoredFamiliarity) throws(StoredFamiliarityError) -> Model {
    do {
      return try appendingFamiliarity(
        of: stored.nearest, deviation: stored.deviation, projectionFactor: StoredFamiliarity.projectionFactor)
    } catch {
      throw .otherHead("\(error)")
    }
  }
}
