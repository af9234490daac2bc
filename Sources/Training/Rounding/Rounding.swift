import ModelSurgery
import Torch

/// Rounds weights and results in training as the written model will, and follows the ranges of the results.
///
/// A range moves by a hundredth of the way to what a batch shows; the first batch sets it.
final class Rounding {
  /// The grid of the weights.
  let grid: WeightGrid
  /// Between which numbers each layer's results lie, by the names of ``ImprintableNetwork/rangedLayers``.
  private(set) var ranges: [String: ActivationRanges.Range]

  init(grid: WeightGrid, ranges: [String: ActivationRanges.Range] = [:]) {
    self.grid = grid
    self.ranges = ranges
  }

  /// A layer's weights on the grid, `[outputs, …]`.
  func kernel(_ weights: TorchTensor) throws -> TorchTensor {
    switch grid {
    case .uint8PerTensor: return try rows(weights)
    case .int8PerChannel:
      let bounds = try weights.channelBounds().elements()
      guard bounds.allSatisfy(\.isFinite) else { throw TrainingError.infiniteWeights }
      let scales = bounds.map { grid.encoding(lower: -$0, upper: $0).scale }
      return try weights.rounded(
        scales: weights.torch.tensor(scales, shape: [scales.count]), within: grid.bounds)
    }
  }

  /// Weights on the grid with one scale for all: the rows of the classes, on either grid.
  ///
  /// - Parameter room: Numbers that the grid reaches besides.
  func rows(_ weights: TorchTensor, room: ClosedRange<Float> = 0...0) throws -> TorchTensor {
    let range = try weights.range()
    guard range.lower.isFinite, range.upper.isFinite else { throw TrainingError.infiniteWeights }
    let encoding = grid.encoding(
      lower: min(range.lower, room.lowerBound), upper: max(range.upper, room.upperBound))
    return try weights.rounded(scale: encoding.scale, zeroPoint: encoding.zeroPoint, within: grid.bounds)
  }

  /// A layer's results on the grid of its range.
  ///
  /// - Parameter moves: Whether the range first moves towards what is there.
  func result(_ result: TorchTensor, of layer: String, moves: Bool) throws -> TorchTensor {
    if moves {
      let met = try result.range()
      let (lower, upper) = (min(0, met.lower), max(0, met.upper))
      let old = ranges[layer] ?? ActivationRanges.Range(lower: lower, upper: upper)
      ranges[layer] = ActivationRanges.Range(
        lower: old.lower + Self.momentum * (lower - old.lower), upper: old.upper + Self.momentum * (upper - old.upper))
    }
    guard let range = ranges[layer], let grid = ActivationGrid(lower: range.lower, upper: range.upper) else {
      throw TrainingError.badRange(layer: layer)
    }
    return try result.rounded(scale: grid.scale, zeroPoint: grid.zeroPoint, within: 0...255)
  }

  /// Numbers from −1 to 1 on the grid that normalised embeddings and cosines are stored on.
  func cosine(_ tensor: TorchTensor) throws -> TorchTensor {
    let grid = ActivationGrid.symmetric(1)
    return try tensor.rounded(scale: grid.scale, zeroPoint: grid.zeroPoint, within: 0...255)
  }

  private static let momentum: Float = 0.01
}
