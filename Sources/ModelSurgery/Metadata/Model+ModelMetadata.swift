import TFLite

extension Model {
  /// What the model says about itself, or nil where it says nothing.
  ///
  /// - Throws: ``TFLiteError`` when the entry is damaged.
  public var modelMetadata: ModelMetadata? {
    get throws(TFLiteError) {
      guard let contents = metadata(named: ModelMetadata.entryName) else { return nil }
      return try ModelMetadata(bytes: contents)
    }
  }

  /// What the model says is to become of a picture's bytes, or nil where it says nothing.
  ///
  /// - Throws: ``TFLiteError`` when the entry is damaged, ``SurgeryError/badNormalization(because:)`` when its numbers
  ///   make no sense.
  public var pictureNormalization: PictureNormalization? {
    get throws {
      guard let options = try modelMetadata?.subgraphs.first?.inputs.first?.normalization else { return nil }
      return try PictureNormalization(mean: options.mean, deviation: options.std)
    }
  }
}

extension TensorMetadata {
  /// The first normalisation among what is to be done.
  var normalization: NormalizationOptions? {
    for unit in processUnits {
      if case .normalization(let options) = unit.options { return options }
    }
    return nil
  }
}
