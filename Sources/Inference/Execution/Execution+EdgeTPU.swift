import Heads
import LiteRT
import ModelSurgery
import TFLite

extension Execution {
  /// The Edge TPUs that a model is to be run on; none for the processor.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - file: Its bytes.
  /// - Throws: ``InferenceError/needsEdgeTPU(operators:reason:)`` and ``InferenceError/notForEdgeTPU``; where devices were
  ///   asked for, `EdgeTPUError`; what the trial throws.
  func edgeTPUs(for model: Model, file: Bytes) throws -> [EdgeTPU] {
    let count = model.compiledOperatorCount
    let operators = "\(count == 1 ? "operator" : "\(count) operators") \(Model.compiledOperatorName)"
    switch device {
    case .automatic where count > 0:
      do {
        return try edgeTPU.devices(.all(nil), for: file)
      } catch let error as EdgeTPUError {
        throw InferenceError.needsEdgeTPU(operators: operators, reason: "here \(error)")
      }
    case .cpu where count > 0:
      throw InferenceError.needsEdgeTPU(operators: operators, reason: "here it was to run on the processor")
    case .automatic, .cpu:
      return []
    case .edgeTPU(let choice):
      guard count > 0 else { throw InferenceError.notForEdgeTPU }
      return try edgeTPU.devices(choice, for: file)
    }
  }
}
