import ModelSurgery

/// Training for whole numbers: when the network begins to be rounded as the written model will be.
///
/// Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference" (CVPR 2018).
public struct RoundingSettings: Sendable, Hashable, Codable {
  /// The grid of the weights, and with it the model's bytes.
  public var grid: WeightGrid
  /// After how many epochs rounding begins; what a share of an epoch means is that share of its steps.
  public var delay: Double
  /// After how many epochs the statistics of batch normalisation move no more. On ``WeightGrid/uint8PerTensor`` they stop
  /// at ``delay`` at the latest: its one scale for all channels depends on them.
  public var freeze: Double

  public init(grid: WeightGrid, delay: Double, freeze: Double) {
    self.grid = grid
    self.delay = delay
    self.freeze = grid == .uint8PerTensor ? min(freeze, delay) : freeze
  }
}
