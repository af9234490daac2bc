import Torch

/// The tensors of a batch normalisation: y = γ (x − μ) / √(σ² + ε) + β.
struct Normalization {
  let gamma, beta, mean, variance: TorchTensor

  init(_ prefix: String, in network: Network) throws {
    gamma = try network.tensor(prefix + ".weight")
    beta = try network.tensor(prefix + ".bias")
    mean = try network.tensor(prefix + ".running_mean")
    variance = try network.tensor(prefix + ".running_var")
  }

  /// γ / √(σ² + ε).
  func factor(epsilon: Double) throws -> TorchTensor {
    try gamma.divided(by: variance.squareRoot(adding: epsilon))
  }

  /// y of x, by the running statistics, or with a momentum by the batch's own.
  func apply(to input: TorchTensor, momentum: Double?, epsilon: Double) throws -> TorchTensor {
    try input.batchNormalization(
      gamma: gamma, beta: beta, mean: mean, variance: variance, momentum: momentum, epsilon: epsilon)
  }

  /// Makes the statistics those of x, and γ and β what leaves y as it was.
  ///
  /// With the factor f = γ / √(σ² + ε) as it was, γ' = f √(σ'² + ε) and β' = β + f (μ' − μ).
  func refit(to input: TorchTensor, epsilon: Double) throws {
    let factor = try factor(epsilon: epsilon)
    let shift = try beta.subtracting(mean.multiplied(by: factor))
    // With the momentum 1 the running statistics become the batch's.
    _ = try apply(to: input, momentum: 1, epsilon: epsilon)
    try gamma.assign(factor.multiplied(by: variance.squareRoot(adding: epsilon)))
    try beta.assign(shift.adding(mean.multiplied(by: factor)))
  }
}
