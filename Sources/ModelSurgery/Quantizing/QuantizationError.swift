/// Why a model cannot be quantised.
public enum QuantizationError: Error, Sendable, Hashable {
  /// The model, or a part of it, is stored in whole numbers already: a tensor, and its type.
  case alreadyQuantized(tensor: String, type: String)
  /// Operators that have no form in bytes here, by name.
  case unsupported(operators: [String])
  /// A tensor that is no 32-bit floats where they are needed.
  case notFloat(tensor: String, type: String)
  /// A layer's weights or biases are no constants of the file, or do not fit it.
  case badWeights(layer: String, because: String)
  /// A tensor holds a number that is infinite or none (NaN) when the model runs.
  case notFinite(tensor: String)
  /// A tensor has to have two scales at once: `operator` joins tensors that are fixed to different ones.
  case scalesCollide(tensor: String)
  /// The measured ranges lack a tensor.
  case missingRange(tensor: String)
  /// A measured range is none: an end is infinite or no number, or the ends are in the wrong order.
  case badRange(tensor: String, lower: Float, upper: Float)
  /// The ranges were measured with another model.
  case foreignRanges(measuredWith: String, model: String)
  /// A file of ranges cannot be used.
  case badRangesFile(path: String, because: String)
  /// No ranges come with an architecture.
  case noRecordedRanges(architecture: String)
}

extension QuantizationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .alreadyQuantized(let tensor, let type):
      """
      the model is quantised already: its tensor \(tensor) is \(type). Quantising starts from a float model, such as \
      'imprint model convert' makes
      """
    case .unsupported(let operators):
      "the model cannot be quantised: there is no form in bytes for its operators \(operators.joined(separator: ", "))"
    case .notFloat(let tensor, let type):
      "the tensor \(tensor) is \(type), where a float model has FLOAT32"
    case .badWeights(let layer, let because):
      "the layer \(layer) cannot be quantised: \(because)"
    case .notFinite(let tensor):
      """
      the tensor \(tensor) comes to a number that is infinite or none (NaN) on a calibration picture: the model's \
      weights are damaged, or its training went wrong
      """
    case .scalesCollide(let tensor):
      "the model cannot be quantised: the tensor \(tensor) would have to be stored with two different scales at once"
    case .missingRange(let tensor):
      "the ranges say nothing of the tensor \(tensor): measure them again with this model and --calibration"
    case .badRange(let tensor, let lower, let upper):
      "the range of the tensor \(tensor), \(lower) to \(upper), is none: measure it again with --calibration"
    case .foreignRanges(let measuredWith, let model):
      """
      the ranges were measured with another model (\(measuredWith), this one is \(model)): measure this one's with \
      --calibration and pictures
      """
    case .badRangesFile(let path, let because):
      "the ranges in \(path) cannot be used: \(because)"
    case .noRecordedRanges(let architecture):
      "no measured ranges come with \(architecture): quantise its float model with --calibration and pictures"
    }
  }
}
