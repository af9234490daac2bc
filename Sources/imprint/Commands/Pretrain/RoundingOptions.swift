import ArgumentParser
import ModelSurgery
import Training

extension WeightGrid: ExpressibleByArgument {}

/// Training for whole numbers.
struct RoundingOptions: ParsableArguments {
  @Option(help: "Train for bytes: uint8 for Coral's tools and the Edge TPU, int8 for processors.")
  var quantize: WeightGrid?

  @Option(help: "After how many epochs rounding begins. (default: after two thirds of them)")
  var quantizeDelay: Double?

  @Option(help: "After how many epochs the statistics of batch normalisation stand still. (default: with the rounding)")
  var freezeStatistics: Double?

  func validate() throws {
    guard quantize != nil || quantizeDelay == nil && freezeStatistics == nil else {
      throw ValidationError("--quantize-delay and --freeze-statistics go with --quantize.")
    }
  }

  /// The settings for so many epochs.
  func settings(epochs: Int) -> RoundingSettings? {
    quantize.map { grid in
      let delay = quantizeDelay ?? (Double(epochs) * 2 / 3).rounded(.down)
      return RoundingSettings(grid: grid, delay: delay, freeze: freezeStatistics ?? delay)
    }
  }
}
