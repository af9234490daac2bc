import Torch

/// Moves weights along their gradients, and keeps what that takes from step to step.
final class Optimizer {
  /// What is kept for a weight.
  struct State {
    /// v of momentum.
    let velocity: TorchTensor
    /// s of RMSprop.
    let square: TorchTensor?
  }

  let settings: OptimizerSettings
  /// One for each weight.
  let states: [State]
  private let weights: [NetworkWeight]
  private let decays: [Double]
  private let torch: Torch

  /// An optimiser that has not moved yet.
  ///
  /// - Parameters:
  ///   - weights: What is moved; gradients are asked for.
  ///   - weightDecay: d of kernels.
  init(
    _ settings: OptimizerSettings, weights: [NetworkWeight], weightDecay: Double, torch: Torch
  ) throws {
    self.settings = settings
    self.weights = weights
    self.torch = torch
    decays = weights.map { $0.role == .kernel ? weightDecay : 0 }
    states = try weights.map { weight in
      try weight.tensor.requireGradient()
      let isRootMeanSquare = if case .rootMeanSquare = settings { true } else { false }
      return State(velocity: try weight.tensor.zeros(), square: isRootMeanSquare ? try weight.tensor.ones() : nil)
    }
  }

  /// The names of the weights, in the order of ``states``.
  var names: [String] { weights.map(\.name) }

  /// Forgets the gradients of the last step.
  func clear() throws { for weight in weights { try weight.tensor.clearGradient() } }

  /// Moves the weights.
  func step(rate: Double) throws {
    let tensors = weights.map(\.tensor)
    switch settings {
    case .descent(let momentum, let isNesterov):
      try torch.descend(
        tensors, velocities: states.map(\.velocity), decays: decays, rate: rate, momentum: momentum,
        isNesterov: isNesterov)
    case .rootMeanSquare(let rho, let momentum, let epsilon):
      try torch.descendByRootMeanSquare(
        tensors, squares: states.compactMap(\.square), velocities: states.map(\.velocity), decays: decays, rate: rate,
        rho: rho, momentum: momentum, epsilon: epsilon)
    }
  }
}

extension TorchTensor {
  /// A tensor of ones of the same shape.
  func ones() throws -> TorchTensor {
    let ones = try zeros()
    try ones.assign(torch.tensor(Array(repeating: 1, count: count), shape: shape))
    return ones
  }
}
