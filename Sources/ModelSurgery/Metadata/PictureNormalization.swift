public import TFLite

/// The normalisation of a picture's bytes for a model: (byte − mean) / deviation, per channel.
///
/// A quantised input stores the result with its own scale and zero point.
public struct PictureNormalization: Sendable, Hashable, Codable {
  /// The mean: one number, or one each for red, green and blue.
  public let mean: [Float]
  /// The standard deviation: one number, or three.
  public let deviation: [Float]

  /// Creates a normalisation of all channels, or of three.
  ///
  /// - Throws: ``SurgeryError/badNormalization(because:)`` if there are not 1 or 3 means and deviations, one is
  ///   infinite or NaN, or a deviation is not positive.
  public init(mean: [Float], deviation: [Float]) throws(SurgeryError) {
    for (numbers, name) in [(mean, "mean"), (deviation, "std")] {
      guard numbers.count == 1 || numbers.count == 3 else {
        throw .badNormalization(because: "it has \(numbers.count) numbers for \(name) instead of 1 or 3")
      }
      if let wrong = numbers.first(where: { !$0.isFinite }) {
        throw .badNormalization(because: "its \(name) is \(wrong)")
      }
    }
    if let wrong = deviation.first(where: { $0 <= 0 }) {
      throw .badNormalization(because: "its std \(wrong) is not positive")
    }
    self.mean = mean
    self.deviation = deviation
  }

  private init(_ mean: Float, _ deviation: Float) {
    self.mean = [mean]
    self.deviation = [deviation]
  }

  /// (byte − 127.5) / 127.5, from −1 to 1: the input of float models of the MobileNet family.
  public static let symmetric = Self(127.5, 127.5)

  /// The normalisations that image networks use: from −1 to 1, from 0 to 255, from 0 to 1, ImageNet's mean and deviation as in
  /// PyTorch's networks, and ImageNet's mean alone as in Caffe's.
  public static let common = [
    symmetric, Self(0, 1), Self(0, 255), imageNet,
    Self(means: [123.68, 116.779, 103.939], deviations: [1]),
  ]

  /// ImageNet's mean and deviation of each channel.
  private static let imageNet = Self(means: [123.675, 116.28, 103.53], deviations: [58.395, 57.12, 57.375])

  private init(means: [Float], deviations: [Float]) {
    mean = means
    deviation = deviations
  }

  /// The default for a model without metadata: ``symmetric`` for a float input. For a quantised input it is the one that
  /// stores bytes unchanged, less 128 for int8, unless the range of the quantisation is near −1 to 1, 0 to 1, 0 to 255 or that
  /// of ImageNet's mean and deviation, and bytes would not be stored unchanged: then it is that range.
  public init(standardFor input: Tensor) {
    guard [.uint8, .int8].contains(input.type) else {
      self = .symmetric
      return
    }
    let scale = input.quantization?.scale.first ?? 1
    let zeroPoint = Float(input.quantization?.zeroPoint.first ?? 0) + (input.type == .int8 ? 128 : 0)
    // An invalid scale has no inverse: bytes then stand for themselves.
    guard scale > 0, (1 / scale).isFinite, 1 / scale > 0 else {
      self = Self(0, 1)
      return
    }
    let (least, greatest) = (-zeroPoint * scale, (255 - zeroPoint) * scale)
    let known = Self.ranges.first { $0.least.contains(least) && $0.greatest.contains(greatest) }?.normalization
    self = known.flatMap { $0.storesBytes(scale: scale, zeroPoint: zeroPoint) ? nil : $0 } ?? Self(zeroPoint, 1 / scale)
  }

  /// Whether a quantised input stores each byte as itself, or as a neighbour.
  private func storesBytes(scale: Float, zeroPoint: Float) -> Bool {
    (0..<3).allSatisfy { index in
      let (mean, deviation) = channel(index)
      return [Float(0), 255].allSatisfy { abs(($0 - mean) / deviation / scale + zeroPoint - $0) <= 1 }
    }
  }

  /// The ranges that converters measure on pictures of a normalisation: sometimes a little less than the true range, or more.
  private static let ranges: [(normalization: Self, least: ClosedRange<Float>, greatest: ClosedRange<Float>)] = [
    (symmetric, -1.6 ... -0.7, 0.7...1.6), (Self(0, 255), -0.05...0.05, 0.7...1.3), (Self(0, 1), -10...10, 180...330),
    (imageNet, -2.3 ... -1.9, 2.4...2.8),
  ]

  /// Returns mean and deviation of a channel: 0 for red, 1 for green, 2 for blue.
  public func channel(_ channel: Int) -> (mean: Float, deviation: Float) {
    (mean[mean.count == 1 ? 0 : channel % 3], deviation[deviation.count == 1 ? 0 : channel % 3])
  }
}

extension Model {
  /// The model's metadata, or nil if it has none.
  ///
  /// - Throws: `TFLiteError` if the entry is damaged.
  public var modelMetadata: ModelMetadata? {
    get throws(TFLiteError) {
      guard let contents = metadata(named: ModelMetadata.entryName) else { return nil }
      return try ModelMetadata(bytes: contents)
    }
  }

  /// The normalisation of pictures that the model's metadata states, or nil.
  ///
  /// - Throws: `TFLiteError` if the entry is damaged, ``SurgeryError/badNormalization(because:)`` if its numbers are
  ///   invalid.
  public var pictureNormalization: PictureNormalization? {
    get throws {
      guard let options = try modelMetadata?.subgraphs.first?.inputs.first?.normalization else { return nil }
      return try PictureNormalization(mean: options.mean, deviation: options.std)
    }
  }
}

extension TensorMetadata {
  /// The first normalisation among the process units.
  var normalization: NormalizationOptions? {
    for unit in processUnits {
      if case .normalization(let options) = unit.options { return options }
    }
    return nil
  }
}
