/// Why the runtime cannot be used, or did not do what it was asked for.
public enum LiteRTError: Error, Sendable, Hashable {
  /// No library of the runtime could be opened; `tried` holds a sentence for each place.
  case runtimeNotFound(tried: [String])
  /// The runtime failed: what it was asked `to` do, its status, and what it said, which may be nothing.
  case failed(to: String, status: RuntimeStatus, message: String)
  /// The model does not have one input and one output for the call that was made.
  case unexpectedTensors(inputs: Int, outputs: Int)
  /// A tensor of a type or shape that the runtime cannot hold in plain memory.
  case unsupportedTensor(String)
  /// No Edge TPU could be used, or it stopped being of use.
  case edgeTPU(EdgeTPUError)
}

extension LiteRTError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .runtimeNotFound(let tried):
      """
      the LiteRT runtime is not there: \(tried.joined(separator: "; ")). Run scripts/setup in the checkout, or set \
      IMPRINT_LITERT to the path of \(RuntimeLibrary.fileName), which the PyPI package ai-edge-litert holds
      """
    case .failed(let task, let status, let message):
      "LiteRT could not \(task): \(message.isEmpty ? "\(status)" : "\(message) [\(status)]")"
    case .unexpectedTensors(let inputs, let outputs):
      "the model has \(inputs) inputs and \(outputs) outputs where one of each is needed"
    case .unsupportedTensor(let what):
      "LiteRT cannot hold the tensor in memory: \(what)"
    case .edgeTPU(let error):
      error.description
    }
  }
}
