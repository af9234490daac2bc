import CTorch

extension Torch {
  /// Takes a step of stochastic gradient descent with momentum.
  ///
  /// v ← μ v + g + d w, w ← w − η v, or w ← w − η (g + d w + μ v) with Nesterov momentum. Weights without a gradient do not
  /// change.
  ///
  /// - Parameters:
  ///   - weights: w, each with its gradient g.
  ///   - velocities: v, one for each weight.
  ///   - decays: d, one for each weight.
  ///   - rate: η.
  ///   - momentum: μ.
  ///   - isNesterov: Whether to use Nesterov momentum.
  public func sgdStep(
    _ weights: [TorchTensor], velocities: [TorchTensor], decays: [Double], rate: Double, momentum: Double,
    isNesterov: Bool = false
  ) throws(TorchError) {
    try check(weights.count, velocities.count, decays.count)
    try library.check(
      functions.descend(
        weights.map(\.reference), velocities.map(\.reference), decays, Int32(clamping: weights.count), rate, momentum,
        isNesterov ? 1 : 0), to: "take an optimiser step")
  }

  /// Takes a step of RMSprop as TensorFlow defines it.
  ///
  /// g' = g + d w, s ← ρ s + (1 − ρ) g'², v ← μ v + η g' / √(s + ε), w ← w − v. Weights without a gradient do not change.
  ///
  /// - Parameters:
  ///   - weights: w, each with its gradient g.
  ///   - squares: s, one for each weight; TensorFlow starts from ones.
  ///   - velocities: v, one for each weight.
  ///   - decays: d, one for each weight.
  ///   - rate: η.
  ///   - rho: ρ.
  ///   - momentum: μ.
  ///   - epsilon: ε.
  public func rmsPropStep(
    _ weights: [TorchTensor], squares: [TorchTensor], velocities: [TorchTensor], decays: [Double], rate: Double,
    rho: Double, momentum: Double, epsilon: Double
  ) throws(TorchError) {
    try check(weights.count, velocities.count, decays.count)
    try check(weights.count, squares.count, decays.count)
    try library.check(
      functions.descend_by_root_mean_square(
        weights.map(\.reference), squares.map(\.reference), velocities.map(\.reference), decays,
        Int32(clamping: weights.count), rate, rho, momentum, epsilon), to: "take an optimiser step")
  }

  /// Moves averages towards the weights: a ← decay · a + (1 − decay) w.
  public func average(_ averages: [TorchTensor], towards weights: [TorchTensor], decay: Double) throws(TorchError) {
    try check(weights.count, averages.count, weights.count)
    try library.check(
      functions.average(
        averages.map(\.reference), weights.map(\.reference), Int32(clamping: weights.count), decay),
      to: "average weights")
  }

  private func check(_ weights: Int, _ others: Int, _ decays: Int) throws(TorchError) {
    guard weights == others, weights == decays else {
      throw .failed(
        to: "take an optimiser step", message: "there are \(weights) weights, \(others) tensors and \(decays) decays")
    }
  }
}
