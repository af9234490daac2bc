import Testing
import Torch

@testable import Training

@Suite("Optimisers", .enabled(if: TorchLibrary.isInstalled, Comment(rawValue: ColouredPictures.need)))
struct OptimizerTests {
  private let torch: Torch

  init() throws { torch = try Torch(TorchLibrary(), threads: 1) }

  /// Minimises x² / 2 from 4 (a kernel) and −2 (another weight), and returns the weights after each step.
  private func descend(
    _ settings: OptimizerSettings, decay: Double = 0, steps: Int = 3, rate: Double = 0.1
  ) throws -> [[Double]] {
    let weights = try [(NetworkWeight.Role.kernel, Float(4)), (.free, -2)].map { role, value in
      NetworkWeight(name: "\(role)", role: role, isBase: true, tensor: try torch.tensor([value], shape: [1]))
    }
    let optimizer = try Optimizer(settings, weights: weights, weightDecay: decay, torch: torch)
    return try (0..<steps).map { _ in
      try optimizer.zeroGradients()
      for weight in weights {
        try weight.tensor.multiplied(by: weight.tensor).multiplied(by: torch.tensor([0.5], shape: [1])).backward()
      }
      try optimizer.step(rate: rate)
      return try weights.map { try Double($0.tensor.number()) }
    }
  }

  private func expect(
    _ found: [[Double]], _ formula: (_ weight: Double, _ place: Int, _ state: inout [Double]) -> Double
  ) {
    var weights = [4.0, -2.0]
    var states = [[Double]](repeating: [0, 1], count: 2)
    for step in found {
      for place in 0..<2 { weights[place] = formula(weights[place], place, &states[place]) }
      #expect(zip(step, weights).allSatisfy { abs($0 - $1) < 1e-5 }, "\(step) \(weights)")
    }
  }

  @Test("SGD with momentum decays only the kernels")
  func descent() throws {
    expect(try descend(.sgd(momentum: 0.9, isNesterov: false), decay: 0.5)) { weight, place, state in
      state[0] = 0.9 * state[0] + weight + (place == 0 ? 0.5 * weight : 0)
      return weight - 0.1 * state[0]
    }
  }

  @Test("SGD follows the formula of Nesterov momentum")
  func nesterov() throws {
    expect(try descend(.sgd(momentum: 0.9, isNesterov: true))) { weight, _, state in
      state[0] = 0.9 * state[0] + weight
      return weight - 0.1 * (weight + 0.9 * state[0])
    }
  }

  @Test("RMSprop follows TensorFlow: the mean square starts at 1, and ε is added under the root")
  func rmsProp() throws {
    expect(
      try descend(.rmsProp(rho: 0.9, momentum: 0.8, epsilon: 1), decay: 0.25)
    ) { weight, place, state in
      let gradient = weight + (place == 0 ? 0.25 * weight : 0)
      state[1] = 0.9 * state[1] + 0.1 * gradient * gradient
      state[0] = 0.8 * state[0] + 0.1 * gradient / (state[1] + 1).squareRoot()
      return weight - state[0]
    }
  }

  @Test("Weight averages move faster at first, and swap with the weights and back")
  func averages() throws {
    let weight = NetworkWeight(name: "w", role: .free, isBase: true, tensor: try torch.tensor([1], shape: [1]))
    let averages = try WeightAverages(of: [weight], decay: 0.5, torch: torch)
    try weight.tensor.assign(torch.tensor([11], shape: [1]))
    try averages.move(step: 0)  // c = 1/10
    try averages.swap()
    #expect(abs(try weight.tensor.number() - 10) < 1e-5)
    try averages.swap()
    #expect(try weight.tensor.number() == 11)
    try averages.move(step: 1000)  // c = 1/2
    #expect(abs(try #require(averages.tensors.first).tensor.number() - 10.5) < 1e-5)
  }
}
