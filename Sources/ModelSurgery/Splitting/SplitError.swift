/// Why a model cannot be cut in two at some tensors.
public enum SplitError: Error, Sendable, Hashable {
  /// No tensor that the model computes has the name; `nearest` are names that are like it.
  case noSuchTensor(String, nearest: [String])
  /// Several tensors have the name: their numbers.
  case ambiguous(String, numbers: [Int32])
  /// There are no tensors to cut at.
  case noCut
  /// The tensor is an input or a constant: nothing before it could be a base.
  case nothingBefore(tensor: String)
  /// The tensor is an output, or no output follows from it: nothing behind it could be a head.
  case nothingBehind(tensor: String)
  /// Tensors that lead past the cut, from before it to behind it.
  case crossed(cut: [String], by: [String])
}

extension SplitError: CustomStringConvertible {
  /// A sentence that names what is wrong and, where there is one, the way out.
  public var description: String {
    switch self {
    case .noSuchTensor(let name, let nearest):
      "the model computes no tensor \"\(name.prefix(256))\""
        + (nearest.isEmpty
          ? "; 'imprint inspect' lists its tensors"
          : "; did you mean \(nearest.map { "\"\($0)\"" }.joined(separator: " or "))?")
    case .ambiguous(let name, let numbers):
      """
      several tensors are called "\(name.prefix(256))": name one by its number, which is one of \
      \(numbers.prefix(8).map(String.init).joined(separator: ", "))
      """
    case .noCut:
      "there is no tensor to cut at: name one"
    case .nothingBefore(let tensor):
      "the model cannot be cut at \(tensor): nothing computes it, so that there would be no base"
    case .nothingBehind(let tensor):
      "the model cannot be cut at \(tensor): no output is computed from it, so that there would be no head"
    case .crossed(let cut, let others):
      """
      the model cannot be cut at \(cut.joined(separator: ", ")) alone: \
      \(others.prefix(5).joined(separator: ", "))\(others.count > 5 ? " and \(others.count - 5) more" : "") \
      \(others.count == 1 ? "leads" : "lead") past the cut. Cut before or behind where they meet, or at all of them
      """
    }
  }
}
