import ModelSurgery
import Torch

extension Network {
  /// Finds the statistics of a base whose normalisation was folded into its convolutions, without changing what it computes.
  ///
  /// Such a base has γ = √(1 + ε), μ = 0 and σ² = 1: trained with a batch's own statistics it would be another network. Layer
  /// by layer, μ and σ² become those of the pictures, and γ and β what keeps the layer's result.
  ///
  /// - Parameter pictures: A hundred or so.
  func findStatistics(on pictures: TorchTensor) throws {
    try torch.withoutGradients { _ = try embedding(of: pictures, Pass(refitsStatistics: true)) }
  }
}
