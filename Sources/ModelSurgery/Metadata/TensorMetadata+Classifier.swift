import TFLite

/// What is said of a classifier's input and output; what was said already stays, but for the range of its scores.
extension TensorMetadata {
  /// The tensor as an RGB picture: how it is normalised, and the range of the numbers that come of it.
  func describingPicture(_ tensor: Tensor, _ standard: PictureNormalization? = nil) -> TensorMetadata {
    var described = self
    described.name = name ?? "image"
    described.content = content ?? TensorContent(.image(ImageProperties(colorSpace: .rgb)))
    if normalization == nil {
      let standard = standard ?? PictureNormalization(standardFor: tensor)
      described.processUnits.append(
        ProcessUnit(.normalization(NormalizationOptions(mean: standard.mean, std: standard.deviation))))
    }
    if stats == nil, let options = described.normalization,
      let known = try? PictureNormalization(mean: options.mean, deviation: options.std)
    {
      described.stats = tensor.type.byteRange ?? known.range
    }
    return described
  }

  /// The tensor as one score a class.
  func describingScores(_ tensor: Tensor) -> TensorMetadata {
    var described = self
    described.name = name ?? "probability"
    described.content = content ?? TensorContent(.feature)
    described.stats = tensor.type.byteRange ?? TensorStats(max: [1], min: [0])
    return described
  }

  /// Takes out the labels of classes and the calibration of their scores; the names of the files that held them.
  mutating func removeLabels() -> Set<String> {
    let isOfClasses = { (file: AssociatedFile) in
      [.tensorAxisLabels, .tensorAxisScoreCalibration].contains(file.type)
    }
    let names = associatedFiles.filter(isOfClasses).compactMap { $0.name?.string }
    associatedFiles.removeAll(where: isOfClasses)
    processUnits.removeAll { unit in
      if case .scoreCalibration = unit.options { true } else { false }
    }
    return Set(names)
  }
}

extension PictureNormalization {
  /// What becomes of the bytes 0 and 255.
  fileprivate var range: TensorStats {
    let channels = (0..<max(mean.count, deviation.count)).map { channel($0) }
    return TensorStats(
      max: channels.map { (255 - $0.mean) / $0.deviation }, min: channels.map { (0 - $0.mean) / $0.deviation })
  }
}

extension TensorType {
  /// The range of the steps of a quantised tensor, or nil of any other.
  fileprivate var byteRange: TensorStats? {
    switch self {
    case .uint8: TensorStats(max: [255], min: [0])
    case .int8: TensorStats(max: [127], min: [-128])
    default: nil
    }
  }
}
