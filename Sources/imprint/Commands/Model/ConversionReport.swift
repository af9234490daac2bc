import Heads
import Imprinting
import Inference
import ModelSurgery

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What was converted into what.
struct ConversionReport: Encodable {
  let architecture: String
  let side: Int
  let weights: Int
  let bytes: Int
  let model: String
  private let place: String

  private enum CodingKeys: CodingKey {
    case architecture, side, weights, bytes, model
  }

  init(_ architecture: Architecture, _ weights: NamedWeights, bytes: Int, output: URL) {
    self.architecture = architecture.name
    side = Int(architecture.side)
    self.weights = architecture.weights.reduce(0) { $0 + (weights[$1.name]?.count ?? 0) }
    self.bytes = bytes
    model = output.path
    place = output.relativePath
  }

  var text: String {
    """
    Converted \(Decimals.string(Double(weights) / 1e6, places: 1)) million weights of \(architecture)
    It takes float pictures of \(side) x \(side)
    Model  \(place), \(Decimals.string(Double(bytes) / 1e6, places: 1)) MB
    """
  }
}
