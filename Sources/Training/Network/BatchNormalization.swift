import Torch

/// The tensors of a batch normalisation: y = γ (x − μ) / √(σ² + ε) + β.
struct BatchNormalization {
  let gamma, beta, mean, variance: TorchTensor

  init(_ prefix: String, in network: Network) throws {
    gamma = try network.tensor(prefix + ".weight")
    beta = try network.tensor(prefix + ".bias")
    mean = try network.tensor(prefix + ".running_mean")
    variance = try network.tensor(prefix + ".running_var")
  }

  /// Returns γ / √(σ² + ε).
  func factor(epsilon: Double) throws -> TorchTensor {
    try gamma.divided(by: variance.squareRoot(adding: epsilon))
  }

  /// Returns y for the input x, with the batch's own statistics if there is a momentum, else with the running statistics.
  ///
  /// - Parameter group: The workers whose inputs are the batch, or nil if x is.
  func apply(
    to input: TorchTensor, momentum: Double?, epsilon: Double, across group: TorchGroup? = nil
  ) throws -> TorchTensor {
    if let group, let momentum {
      return try input.batchNormalization(
        gamma: gamma, beta: beta, mean: mean, variance: variance, momentum: momentum, epsilon: epsilon, across: group)
    }
    return try input.batchNormalization(
      gamma: gamma, beta: beta, mean: mean, variance: variance, momentum: momentum, epsilon: epsilon)
  }

  /// Sets the running statistics to the statistics of x, and changes γ and β so that y stays the same.
  ///
  /// With the old factor f = γ / √(σ² + ε), γ' = f √(σ'² + ε) and β' = β + f (μ' − μ).
  func refit(to input: TorchTensor, epsilon: Double) throws {
    let factor = try factor(epsilon: epsilon)
    let shift = try beta.subtracting(mean.multiplied(by: factor))
    // Momentum 1 replaces the running statistics by the batch's.
    _ = try apply(to: input, momentum: 1, epsilon: epsilon)
    try gamma.assign(factor.multiplied(by: variance.squareRoot(adding: epsilon)))
    try beta.assign(shift.adding(mean.multiplied(by: factor)))
  }
}

extension Network {
  /// Measures the batch statistics of a base whose normalisation was folded into its convolutions. The network's function
  /// does not change.
  ///
  /// Such a base has γ = √(1 + ε), μ = 0 and σ² = 1; training with batch statistics would immediately change its function.
  /// Layer by layer, μ and σ² are set to the statistics of the pictures, and γ and β are changed to compensate.
  ///
  /// - Parameter pictures: About a hundred pictures.
  func measureStatistics(on pictures: TorchTensor) throws {
    try torch.withoutGradients { _ = try embedding(of: pictures, ForwardPass(refitsStatistics: true)) }
  }
}
