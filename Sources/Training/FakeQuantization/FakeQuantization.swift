public import ModelSurgery
import Torch

/// The settings of quantisation-aware training, which computes the network as the quantised model will compute it.
///
/// Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference" (CVPR 2018).
public struct FakeQuantizationSettings: Sendable, Hashable, Codable {
  /// The grid of the weights, which decides the element types of the model.
  public var grid: WeightGrid
  /// The number of epochs before fake quantisation begins; it may be fractional, and is 0 for a frozen base.
  public var delay: Double
  /// The number of epochs after which the statistics of batch normalisation are frozen. With
  /// `WeightGrid/uint8PerTensor` this is at most ``delay``, because the single scale for all channels depends on the
  /// statistics.
  public var freeze: Double

  public init(grid: WeightGrid, delay: Double, freeze: Double) {
    self.grid = grid
    self.delay = delay
    self.freeze = grid == .uint8PerTensor ? min(freeze, delay) : freeze
  }
}

/// Measures the ranges of activations in a forward pass over some pictures.
final class RangeMeasurement {
  private var histograms: [String: ActivationHistogram] = [:]

  /// Counts the activations of a layer.
  func add(_ activations: TorchTensor, of layer: String) throws {
    let histogram = try activations.elements().withUnsafeBufferPointer { ActivationHistogram($0) }
    histograms[layer, default: ActivationHistogram()].add(histogram)
  }

  /// Returns the range of each layer whose 255 steps have the least error.
  ///
  /// - Throws: ``TrainingError/badRange(layer:)`` if an activation was infinite or NaN.
  func ranges() throws -> [String: ActivationRanges.Range] {
    try histograms.reduce(into: [:]) { ranges, measured in
      guard !measured.value.holdsNonFinite, let range = measured.value.rangeOfLeastError else {
        throw TrainingError.badRange(layer: measured.key)
      }
      ranges[measured.key] = range
    }
  }
}

/// Fake quantisation: rounds weights and activations to the grids of the quantised model, and tracks the ranges of the
/// activations.
///
/// The first batch sets a range; every later batch moves it by a hundredth of the difference to the batch's range.
final class FakeQuantization {
  /// The grid of the weights.
  let grid: WeightGrid
  /// The range of each layer's activations, by the names of ``ImprintableNetwork/rangedLayers``.
  private(set) var ranges: [String: ActivationRanges.Range]

  init(grid: WeightGrid, ranges: [String: ActivationRanges.Range] = [:]) {
    self.grid = grid
    self.ranges = ranges
  }

  /// Returns the weights of a layer `[outputs, …]`, rounded to the grid.
  func kernel(_ weights: TorchTensor) throws -> TorchTensor {
    switch grid {
    case .uint8PerTensor: return try rows(weights)
    case .int8PerChannel:
      let bounds = try weights.channelBounds().elements()
      guard bounds.allSatisfy(\.isFinite) else { throw TrainingError.infiniteWeights }
      let scales = bounds.map { grid.encoding(lower: -$0, upper: $0).scale }
      return try weights.fakeQuantized(
        scales: weights.torch.tensor(scales, shape: [scales.count]), within: grid.bounds)
    }
  }

  /// Returns weights rounded with a single scale, which the class rows have with either grid.
  ///
  /// - Parameter room: Numbers that the grid must also cover.
  func rows(_ weights: TorchTensor, room: ClosedRange<Float> = 0...0) throws -> TorchTensor {
    let range = try weights.range()
    guard range.lower.isFinite, range.upper.isFinite else { throw TrainingError.infiniteWeights }
    let encoding = grid.encoding(
      lower: min(range.lower, room.lowerBound), upper: max(range.upper, room.upperBound))
    return try weights.fakeQuantized(scale: encoding.scale, zeroPoint: encoding.zeroPoint, within: grid.bounds)
  }

  /// Returns the activations of a layer, rounded to the grid of the layer's range.
  ///
  /// - Parameters:
  ///   - updatesRange: Whether the stored range first moves towards the range of these activations.
  ///   - group: The workers whose activations make the range, or nil for this process alone.
  func activations(
    _ activations: TorchTensor, of layer: String, updatesRange: Bool, across group: TorchGroup? = nil
  ) throws -> TorchTensor {
    if updatesRange {
      let found = try Self.range(of: activations, across: group)
      let (lower, upper) = (min(0, found.lower), max(0, found.upper))
      let old = ranges[layer] ?? ActivationRanges.Range(lower: lower, upper: upper)
      ranges[layer] = ActivationRanges.Range(
        lower: old.lower + Self.momentum * (lower - old.lower), upper: old.upper + Self.momentum * (upper - old.upper))
    }
    guard let range = ranges[layer], let grid = ActivationGrid(lower: range.lower, upper: range.upper) else {
      throw TrainingError.badRange(layer: layer)
    }
    return try activations.fakeQuantized(scale: grid.scale, zeroPoint: grid.zeroPoint, within: 0...255)
  }

  /// Returns the least and the greatest activation, of all workers if there are several.
  private static func range(
    of activations: TorchTensor, across group: TorchGroup?
  ) throws -> (lower: Float, upper: Float) {
    let own = try activations.range()
    guard let group else { return own }
    // NaN has no order, but must reach every worker.
    let ends = [-own.lower, own.upper].map { $0.isFinite ? Double($0) : .infinity }
    let all = try group.greatest(ends)
    return (-Float(all[0]), Float(all[1]))
  }

  /// Returns whether the grid of a layer's range lies within bounds.
  func clips(_ layer: String, to bounds: ClosedRange<Float>) -> Bool {
    guard let range = ranges[layer], let grid = ActivationGrid(lower: range.lower, upper: range.upper) else {
      return false
    }
    return bounds.contains(grid.bounds.lowerBound) && bounds.contains(grid.bounds.upperBound)
  }

  /// Returns numbers from −1 to 1, rounded to the grid of normalised embeddings and cosines.
  func cosine(_ tensor: TorchTensor) throws -> TorchTensor {
    let grid = ActivationGrid.symmetric(1)
    return try tensor.fakeQuantized(scale: grid.scale, zeroPoint: grid.zeroPoint, within: 0...255)
  }

  private static let momentum: Float = 0.01
}
