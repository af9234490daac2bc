import CTorch

extension TorchTensor {
  /// A convolution of `[N, C, H, W]` with a kernel `[O, C / groups, R, S]`.
  ///
  /// - Parameters:
  ///   - kernel: The kernel.
  ///   - bias: `[O]`, if any.
  ///   - stride: The step, in both directions.
  ///   - padding: What is added above, left, below and right.
  ///   - groups: In how many parts the channels are convolved by themselves.
  public func convolution(
    _ kernel: TorchTensor, bias: TorchTensor? = nil, stride: Int = 1, padding: Edges = Edges(), groups: Int = 1
  ) throws(TorchError) -> TorchTensor {
    let edges = [padding.top, padding.left, padding.bottom, padding.right].map { Int64($0) }
    return try torch.make("convolve") {
      $0.convolution(reference, kernel.reference, bias?.reference, Int64(stride), edges, Int64(groups))
    }
  }

  /// y = γ (x − μ) / √(σ² + ε) + β for each channel.
  ///
  /// - Parameters:
  ///   - gamma: γ.
  ///   - beta: β.
  ///   - mean: The running mean, which is μ unless the batch's own is taken.
  ///   - variance: The running variance, likewise.
  ///   - momentum: How far the running statistics move towards the batch's, which are then taken; nil for the running ones.
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

  /// The elements, none outside two bounds.
  public func clamp(_ lower: Double, _ upper: Double) throws(TorchError) -> TorchTensor {
    try torch.make("clamp") { $0.clamp(reference, lower, upper) }
  }

  /// The mean over height and width: `[N, C]`.
  public func pictureMean() throws(TorchError) -> TorchTensor {
    try torch.make("take the mean of pictures") { $0.picture_mean(reference) }
  }

  /// x Wᵀ + b: `[N, O]` of `[N, D]`, with W `[O, D]` and b `[O]`.
  public func linear(_ weights: TorchTensor, bias: TorchTensor? = nil) throws(TorchError) -> TorchTensor {
    try torch.make("apply a linear layer") { $0.linear(reference, weights.reference, bias?.reference) }
  }

  /// Each row of `[N, D]` divided by √(its squared length + ε).
  public func normalized(epsilon: Double = 1e-12) throws(TorchError) -> TorchTensor {
    try torch.make("normalise rows") { $0.normalize(reference, epsilon) }
  }

  /// Some elements zero, at random, the same for the same seed, and the others divided by how many are left.
  public func dropout(_ probability: Double, seed: UInt64) throws(TorchError) -> TorchTensor {
    try torch.make("drop elements") { $0.dropout(reference, probability, seed) }
  }

  /// The mean over the rows of −Σ t log softmax(x), where t is 1 − s for the label plus s / K for every class.
  ///
  /// - Parameters:
  ///   - labels: The number of each row's class.
  ///   - smoothing: s.
  public func crossEntropy(_ labels: TorchTensor, smoothing: Double = 0) throws(TorchError) -> TorchTensor {
    try torch.make("find the loss") { $0.cross_entropy(reference, labels.reference, smoothing) }
  }
}
