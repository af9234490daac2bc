import TFLite

extension Architecture {
  /// What was measured of the network with its published weights, or nil where nothing was: it can then be quantised
  /// without pictures.
  public var recordedRanges: ActivationRanges? {
    switch name {
    case Self.efficientNetLite0.name: .efficientNetLite0
    default: nil
    }
  }

  /// Makes an int8 model of the network from its published weights, without any picture.
  ///
  /// ```swift
  /// let weights = try NamedWeights(contentsOf: URL(filePath: "efficientnet-lite0.pth"))
  /// let model = try Architecture.efficientNetLite0.quantizedModel(weights: weights)
  /// ```
  ///
  /// - Parameters:
  ///   - weights: The weights that ``recordedRanges`` were measured with.
  ///   - input: The bytes that the model takes.
  ///   - output: The bytes that it gives.
  /// - Throws: ``QuantizationError/noRecordedRanges(architecture:)``; ``QuantizationError/foreignRanges(measuredWith:model:)``
  ///   where the weights are other ones; ``ConversionError`` and ``SurgeryError`` where they are not the network's.
  /// - Complexity: O(the number of weights).
  public func quantizedModel(
    weights: NamedWeights, input: ByteType = .uint8, output: ByteType = .uint8
  ) throws -> Model {
    guard let ranges = recordedRanges else { throw QuantizationError.noRecordedRanges(architecture: name) }
    return try Quantization(of: model(weights: weights)).model(ranges: ranges, input: input, output: output)
  }
}
