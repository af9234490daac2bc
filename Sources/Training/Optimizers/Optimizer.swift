import Torch

/// The rule that updates weights from their gradients.
public enum OptimizerSettings: Sendable, Hashable, Codable {
  /// Stochastic gradient descent with classical or Nesterov momentum.
  case sgd(momentum: Double, isNesterov: Bool)
  /// RMSprop as in TensorFlow: ε is added under the root, and the mean squares start at 1.
  case rmsProp(rho: Double, momentum: Double, epsilon: Double)

  // The names in checkpoints.
  private enum CodingKeys: String, CodingKey {
    case sgd = "descent"
    case rmsProp = "rootMeanSquare"
  }

  /// Whether all numbers are within their ranges.
  var isValid: Bool {
    switch self {
    case .sgd(let momentum, _): (0..<1).contains(momentum)
    case .rmsProp(let rho, let momentum, let epsilon):
      (0..<1).contains(rho) && (0..<1).contains(momentum) && epsilon > 0 && epsilon.isFinite
    }
  }
}

/// An optimiser with its state.
final class Optimizer {
  /// The state of one weight.
  struct State {
    /// The velocity v of momentum.
    let velocity: TorchTensor
    /// The mean square s of RMSprop.
    let square: TorchTensor?
  }

  let settings: OptimizerSettings
  /// The state of each weight.
  let states: [State]
  private let weights: [NetworkWeight]
  private let decays: [Double]
  private let torch: Torch

  /// Creates an optimiser before its first step.
  ///
  /// - Parameters:
  ///   - weights: The weights to train; gradients are enabled for them.
  ///   - weightDecay: The decay of weights whose role is ``NetworkWeight/Role/kernel``.
  init(
    _ settings: OptimizerSettings, weights: [NetworkWeight], weightDecay: Double, torch: Torch
  ) throws {
    self.settings = settings
    self.weights = weights
    self.torch = torch
    decays = weights.map { $0.role == .kernel ? weightDecay : 0 }
    let isRMSProp = if case .rmsProp = settings { true } else { false }
    states = try weights.map { weight in
      try weight.tensor.requireGradient()
      return State(velocity: try weight.tensor.zeros(), square: isRMSProp ? try weight.tensor.ones() : nil)
    }
  }

  /// The names of the weights, in the order of ``states``.
  var names: [String] { weights.map(\.name) }

  /// Clears the gradients of the last step.
  func zeroGradients() throws { for weight in weights { try weight.tensor.clearGradient() } }

  /// Updates the weights with the given learning rate.
  func step(rate: Double) throws {
    let tensors = weights.map(\.tensor)
    switch settings {
    case .sgd(let momentum, let isNesterov):
      try torch.sgdStep(
        tensors, velocities: states.map(\.velocity), decays: decays, rate: rate, momentum: momentum,
        isNesterov: isNesterov)
    case .rmsProp(let rho, let momentum, let epsilon):
      try torch.rmsPropStep(
        tensors, squares: states.compactMap(\.square), velocities: states.map(\.velocity), decays: decays, rate: rate,
        rho: rho, momentum: momentum, epsilon: epsilon)
    }
  }
}

extension TorchTensor {
  /// Returns a tensor of ones of the same shape.
  fileprivate func ones() throws -> TorchTensor {
    let ones = try zeros()
    try ones.assign(torch.tensor(Array(repeating: 1, count: count), shape: shape))
    return ones
  }
}

/// Exponential moving averages of a network's trained weights, which smooth the noise of single steps.
///
/// a ← c a + (1 − c) w after each step, with c = min(decay, (1 + t) / (10 + t)) at step t, as in TensorFlow. The running
/// statistics of batch normalisation are already averages, so they are not averaged again.
final class WeightAverages {
  private let decay: Double
  private let weights: [NetworkWeight]
  private let averages: [TorchTensor]
  private let torch: Torch

  init(of weights: [NetworkWeight], decay: Double, torch: Torch) throws {
    self.decay = decay
    self.weights = weights
    self.torch = torch
    averages = try weights.map { try $0.tensor.zeros() }
    try restart()
  }

  /// Sets the averages to the current weights.
  func restart() throws {
    for (weight, average) in zip(weights, averages) { try average.assign(weight.tensor) }
  }

  /// The averages by the names of the weights.
  var tensors: [(name: String, tensor: TorchTensor)] { zip(weights, averages).map { ($0.name, $1) } }

  /// Moves the averages towards the weights after a step.
  func move(step: Int) throws {
    try torch.average(
      averages, towards: weights.map(\.tensor), decay: min(decay, Double(1 + step) / Double(10 + step)))
  }

  /// Swaps the weights and their averages; a second call swaps them back.
  func swap() throws {
    for (weight, average) in zip(weights, averages) {
      let copy = try weight.tensor.zeros()
      try copy.assign(weight.tensor)
      try weight.tensor.assign(average)
      try average.assign(copy)
    }
  }
}
