import ModelSurgery
import Torch

/// Averages of a network's trained weights, over which the noise of single steps goes away.
///
/// a ← c a + (1 − c) w after each step, with c = min(decay, (1 + t) / (10 + t)) at step t, as TensorFlow has it. Statistics
/// are averages already, and are taken as they are.
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

  /// Makes them the weights as they are.
  func restart() throws {
    for (weight, average) in zip(weights, averages) { try average.assign(weight.tensor) }
  }

  /// The averages by the weights' names.
  var tensors: [(name: String, tensor: TorchTensor)] { zip(weights, averages).map { ($0.name, $1) } }

  /// Moves them towards the weights after a step.
  func move(step: Int) throws {
    try torch.average(
      averages, towards: weights.map(\.tensor), decay: min(decay, Double(1 + step) / Double(10 + step)))
  }

  /// Puts the averages in place of the weights and the weights in place of the averages; done again, all is as before.
  func exchange() throws {
    for (weight, average) in zip(weights, averages) {
      let kept = try weight.tensor.zeros()
      try kept.assign(weight.tensor)
      try weight.tensor.assign(average)
      try average.assign(kept)
    }
  }
}
