import TFLite

/// A convolution's weights and biases in whole numbers.
///
/// The biases are in steps of the input's scale times the weights'. Weights are rounded as ``RoundedWeights`` has it. On a
/// grid by channel, an output whose weights are next to nothing beside its bias, or beside a step of the result, gets a
/// greater scale, so that the bias fits into 32 bits: what dead channels of trained networks need.
struct RoundedConvolution: Sendable {
  let weights: RoundedWeights
  let bias: [Int32]
  /// What the kernel's and the bias's tensors say of their numbers.
  let kernelQuantization, biasQuantization: QuantizationParameters

  /// Rounds a convolution.
  ///
  /// - Parameters:
  ///   - folded: The convolution.
  ///   - isDepthwise: Whether each channel is convolved by itself.
  ///   - grid: The grid of the weights.
  ///   - input: The scale of what it reads.
  ///   - output: The scale of its result.
  ///   - name: Its name.
  /// - Throws: ``ExportError/badLayer(_:because:)`` where scales are beyond 32-bit floats, or what a runtime can do, or the
  ///   bias beyond 32-bit integers.
  init(
    _ folded: FoldedConvolution, isDepthwise: Bool, on grid: WeightGrid, input: Float, output: Float, name: String
  ) throws(ExportError) {
    let outputs = folded.bias.count
    let least = output / input * 0x1p-30
    let leastScales = grid == .int8PerChannel ? folded.bias.map { max(abs($0) / input * 0x1p-30, least) } : []
    weights = RoundedWeights(
      folded.kernel, outputs: outputs, isDepthwise: isDepthwise, on: grid, leastScales: leastScales)
    let units = weights.scales.map { $0 * input }
    // A runtime multiplies by units / output; a step of a product that is hundreds of the result's makes no sense to it.
    guard zip(weights.scales, units).allSatisfy({ $0.isNormal && $1.isNormal && $1 / output < 256 }) else {
      throw .badLayer(name, because: "its weights and ranges differ so much that no scale serves")
    }
    var bias: [Int32] = []
    bias.reserveCapacity(outputs)
    for (place, number) in folded.bias.enumerated() {
      guard let step = Int32(exactly: (number / units[units.count == 1 ? 0 : place]).rounded()) else {
        throw .badLayer(name, because: "its bias \(place), \(number), is too large beside its weights")
      }
      bias.append(step)
    }
    self.bias = bias
    var kernel = QuantizationParameters(
      scale: weights.scales, zeroPoint: Array(repeating: Int64(weights.zeroPoint), count: weights.scales.count))
    kernel.quantizedDimension = isDepthwise && weights.scales.count > 1 ? 3 : 0
    kernelQuantization = kernel
    biasQuantization = QuantizationParameters(scale: units, zeroPoint: Array(repeating: 0, count: units.count))
  }
}
