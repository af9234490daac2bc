public import TFLite

/// What becomes of a picture's bytes before a model takes them: (byte − mean) / deviation, channel by channel.
///
/// A quantised input holds that number in steps of its own.
public struct PictureNormalization: Sendable, Hashable, Codable {
  /// What is subtracted: one number, or one each for red, green and blue.
  public let mean: [Float]
  /// What the difference is divided by: one number, or three.
  public let deviation: [Float]

  /// A normalisation of all channels or of three.
  ///
  /// - Throws: ``SurgeryError/badNormalization(because:)`` when there is another number of means or deviations, one is
  ///   infinite or none (NaN), or a deviation is not positive.
  public init(mean: [Float], deviation: [Float]) throws(SurgeryError) {
    for (numbers, name) in [(mean, "mean"), (deviation, "std")] {
      guard numbers.count == 1 || numbers.count == 3 else {
        throw .badNormalization(because: "it has \(numbers.count) numbers for \(name), where 1 or 3 are needed")
      }
      if let wrong = numbers.first(where: { !$0.isFinite }) {
        throw .badNormalization(because: "its \(name) is \(wrong)")
      }
    }
    if let wrong = deviation.first(where: { $0 <= 0 }) {
      throw .badNormalization(because: "its std is \(wrong), which nothing can be divided by")
    }
    self.mean = mean
    self.deviation = deviation
  }

  private init(_ mean: Float, _ deviation: Float) {
    self.mean = [mean]
    self.deviation = [deviation]
  }

  /// (byte − 127.5) / 127.5, from −1 to 1: what float models of the MobileNet family take.
  public static let symmetric = Self(127.5, 127.5)

  /// What is taken where a model says nothing: of a float input ``symmetric``; of a quantised one that which makes the
  /// steps the bytes themselves, less 128 for int8.
  public init(standardFor input: Tensor) {
    guard [.uint8, .int8].contains(input.type) else {
      self = .symmetric
      return
    }
    let scale = input.quantization?.scale.first ?? 1
    let zeroPoint = Float(input.quantization?.zeroPoint.first ?? 0) + (input.type == .int8 ? 128 : 0)
    // A scale that is none makes no numbers: then bytes stand for themselves.
    guard scale > 0, (1 / scale).isFinite, 1 / scale > 0 else {
      self = Self(0, 1)
      return
    }
    self = Self(zeroPoint, 1 / scale)
  }

  /// The numbers of a channel: 0 for red, 1 for green, 2 for blue.
  public func channel(_ channel: Int) -> (mean: Float, deviation: Float) {
    (mean[mean.count == 1 ? 0 : channel % 3], deviation[deviation.count == 1 ? 0 : channel % 3])
  }
}

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
