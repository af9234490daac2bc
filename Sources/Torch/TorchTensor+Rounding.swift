import CTorch

extension TorchTensor {
  /// Each element as scale · (q − zeroPoint), with the nearest whole number q within bounds.
  ///
  /// Gradients go through as if nothing were rounded, and are zero where q was cut off: the straight-through estimator of
  /// Jacob et al., "Quantization and Training of Neural Networks" (2018).
  public func rounded(scale: Float, zeroPoint: Int, within bounds: ClosedRange<Int>) throws(TorchError) -> TorchTensor {
    try torch.make("round to a grid") {
      $0.round_to_grid(reference, Double(scale), Int64(zeroPoint), Int64(bounds.lowerBound), Int64(bounds.upperBound))
    }
  }

  /// The same with a scale for each index along the first dimension, and the zero point 0.
  ///
  /// - Parameter scales: As many as the first dimension has.
  public func rounded(scales: TorchTensor, within bounds: ClosedRange<Int>) throws(TorchError) -> TorchTensor {
    try torch.make("round to grids") {
      $0.round_channels_to_grid(reference, scales.reference, Int64(bounds.lowerBound), Int64(bounds.upperBound))
    }
  }

  /// The greatest |x| for each index along the first dimension.
  public func channelBounds() throws(TorchError) -> TorchTensor {
    try torch.make("find the bounds of channels") { $0.channel_bounds(reference) }
  }
}
