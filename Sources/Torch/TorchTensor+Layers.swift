import CTorch

extension TorchTensor {
  /// Returns the convolution of `[N, C, H, W]` with a kernel `[O, C / groups, R, S]`.
  ///
  /// - Parameters:
  ///   - kernel: The kernel.
  ///   - bias: `[O]`, or nil for none.
  ///   - stride: The stride in both directions.
  ///   - padding: The rows and columns of zeros to add at each side.
  ///   - groups: The number of groups of channels that are convolved separately.
  public func convolution(
    _ kernel: TorchTensor, bias: TorchTensor? = nil, stride: Int = 1, padding: PaddingAmounts = PaddingAmounts(),
    groups: Int = 1
  ) throws(TorchError) -> TorchTensor {
    let amounts = [padding.top, padding.left, padding.bottom, padding.right].map { Int64($0) }
    return try torch.make("convolve") {
      $0.convolution(reference, kernel.reference, bias?.reference, Int64(stride), amounts, Int64(groups))
    }
  }

  /// Returns the batch normalisation y = γ (x − μ) / √(σ² + ε) + β of each channel.
  ///
  /// - Parameters:
  ///   - gamma: γ.
  ///   - beta: β.
  ///   - mean: The running mean: μ where `momentum` is nil.
  ///   - variance: The running variance: σ² where `momentum` is nil.
  ///   - momentum: How far the running statistics move towards those of the batch, which are then used as μ and σ²; nil to use
  ///     the running statistics unchanged.
  ///   - epsilon: ε.
  public func batchNormalization(
    gamma: TorchTensor, beta: TorchTensor, mean: TorchTensor, variance: TorchTensor, momentum: Double?, epsilon: Double
  ) throws(TorchError) -> TorchTensor {
    try torch.make("normalise a batch") {
      $0.batch_normalization(
        reference, gamma.reference, beta.reference, mean.reference, variance.reference, momentum == nil ? 0 : 1,
        momentum ?? 0, epsilon)
    }
  }

  /// Returns the elements clamped to two bounds.
  public func clamp(_ lower: Double, _ upper: Double) throws(TorchError) -> TorchTensor {
    try torch.make("clamp") { $0.clamp(reference, lower, upper) }
  }

  /// Returns the mean over height and width, `[N, C]`.
  public func pictureMean() throws(TorchError) -> TorchTensor {
    try torch.make("compute the mean of pictures") { $0.picture_mean(reference) }
  }

  /// Returns x Wᵀ + b, `[N, O]`, for x `[N, D]`, W `[O, D]` and b `[O]`.
  public func linear(_ weights: TorchTensor, bias: TorchTensor? = nil) throws(TorchError) -> TorchTensor {
    try torch.make("apply a linear layer") { $0.linear(reference, weights.reference, bias?.reference) }
  }

  /// Returns each row of `[N, D]` divided by √(its squared length + ε).
  public func normalized(epsilon: Double = 1e-12) throws(TorchError) -> TorchTensor {
    try torch.make("normalise rows") { $0.normalize(reference, epsilon) }
  }

  /// Returns the elements with each set to zero at random with `probability`, and the remaining elements divided by 1 −
  /// `probability`. The same seed drops the same elements.
  ///
  /// - Parameters:
  ///   - probability: The probability.
  ///   - seed: The seed.
  ///   - rows: The places of the rows in a larger batch, so that each part of it drops the same elements as the whole does;
  ///     nil if the rows are the batch.
  ///   - batch: The number of rows of that batch.
  public func dropout(
    _ probability: Double, seed: UInt64, rows: Range<Int>? = nil, of batch: Int? = nil
  ) throws(TorchError) -> TorchTensor {
    let first = rows?.lowerBound ?? 0
    let count = batch ?? shape.first ?? 0
    return try torch.make("drop elements") {
      $0.dropout(reference, probability, seed, Int64(first), Int64(count))
    }
  }

  /// Returns the mean over the rows of −Σ t log softmax(x), where t is 1 − s for the label plus s / K for every class.
  ///
  /// - Parameters:
  ///   - labels: The class index of each row.
  ///   - smoothing: s.
  public func crossEntropy(_ labels: TorchTensor, smoothing: Double = 0) throws(TorchError) -> TorchTensor {
    try torch.make("compute the cross entropy") { $0.cross_entropy(reference, labels.reference, smoothing) }
  }
}

// Fake quantisation.
extension TorchTensor {
  /// Returns each element as scale · (q − zeroPoint), where q is the nearest integer within `bounds`.
  ///
  /// Gradients pass unchanged, and are zero where q was clamped: the straight-through estimator of Jacob et al.,
  /// "Quantization and Training of Neural Networks" (2018).
  public func fakeQuantized(
    scale: Float, zeroPoint: Int, within bounds: ClosedRange<Int>
  ) throws(TorchError) -> TorchTensor {
    try torch.make("fake-quantise a tensor") {
      $0.round_to_grid(reference, Double(scale), Int64(zeroPoint), Int64(bounds.lowerBound), Int64(bounds.upperBound))
    }
  }

  /// Returns the tensor fake-quantised with zero point 0 and one scale for each index along the first dimension.
  ///
  /// - Parameter scales: One scale for each index along the first dimension.
  public func fakeQuantized(scales: TorchTensor, within bounds: ClosedRange<Int>) throws(TorchError) -> TorchTensor {
    try torch.make("fake-quantise channels") {
      $0.round_channels_to_grid(reference, scales.reference, Int64(bounds.lowerBound), Int64(bounds.upperBound))
    }
  }

  /// Returns the greatest |x| for each index along the first dimension.
  public func channelBounds() throws(TorchError) -> TorchTensor {
    try torch.make("find the greatest magnitudes of channels") { $0.channel_bounds(reference) }
  }
}

/// The rows and columns of padding at each side of a picture.
public struct PaddingAmounts: Sendable, Hashable {
  /// The rows above and below, and the columns at the left and right.
  public var top, left, bottom, right: Int

  /// Makes padding of the given amounts.
  public init(top: Int = 0, left: Int = 0, bottom: Int = 0, right: Int = 0) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }
}
