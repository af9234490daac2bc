/// Something in a model that the Edge TPU's compiler does not take. Tensors and operators are named as
/// ``TFLite/SubGraph/label(of:)`` and ``TFLite/Model/name(of:)`` name them.
public enum CompilerObstacle: Sendable, Hashable {
  /// The model has another number of graphs than one.
  case notOneGraph(Int)
  /// The model has an operator that was compiled already.
  case alreadyCompiled
  /// The model has nothing to compute.
  case noOperators
  /// A dimension of a tensor is known only when the model runs.
  case openShape(tensor: String, shape: [Int32])
  /// A tensor holds several pictures at once.
  case batch(tensor: String, shape: [Int32])
  /// A dimension before a tensor's three innermost ones is not 1.
  case manyDimensions(tensor: String, shape: [Int32])
  /// A tensor does not hold bytes; `type` is what it holds, as the schema names it.
  case notBytes(tensor: String, type: String)
  /// A tensor of bytes has no scale, so that these stand for nothing.
  case noScale(tensor: String)
  /// Weights, biases or another input that has to be a constant are computed.
  case notConstant(tensor: String)
  /// The Edge TPU has no such operator.
  case unsupported
  /// The Edge TPU has the operator, but not in this form.
  case form(String)
  /// It follows from what stays on the processor: only one part is compiled, that before.
  case behindAnother
}

extension CompilerObstacle: CustomStringConvertible {
  /// What is amiss, in words.
  public var description: String {
    switch self {
    case .notOneGraph(let count): "the model has \(count) graphs and not one"
    case .alreadyCompiled: "the model was compiled for the Edge TPU already"
    case .noOperators: "the model has no operator"
    case .openShape(let tensor, let shape): "tensor \(tensor) is \(shape): -1 is known only when the model runs"
    case .batch(let tensor, let shape): "tensor \(tensor) is \(shape), \(shape.first ?? 0) pictures at once and not one"
    case .manyDimensions(let tensor, let shape):
      "tensor \(tensor) is \(shape): all but the three innermost dimensions have to be 1"
    case .notBytes(let tensor, let type): "tensor \(tensor) is \(type), and not quantised to 8 bits"
    case .noScale(let tensor): "tensor \(tensor) has no scale"
    case .notConstant(let tensor): "tensor \(tensor) is computed, and has to be a constant"
    case .unsupported: "the Edge TPU has no such operator"
    case .form(let words): words
    case .behindAnother: "it follows from what stays on the processor"
    }
  }
}
