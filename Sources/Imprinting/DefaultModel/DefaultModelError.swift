import Inference
import Heads

/// Why there is no default model.
public enum DefaultModelError: Error, Sendable, Hashable {
  /// It was not made yet; `path` is where it is looked for.
  case missing(path: String)
  /// The file of weights is not the one that was published.
  case foreignWeights(path: String, sha256: String, expected: String)
}

extension DefaultModelError: CustomStringConvertible {
  /// A sentence that names what is wrong and the way out.
  public var description: String {
    switch self {
    case .missing(let path):
      "there is no default model yet (\(path)): run 'imprint model fetch' once, or name a model"
    case .foreignWeights(let path, let sha256, let expected):
      """
      \(path) is not the file of weights that the default model is made from: its SHA-256 is \(sha256), and not \
      \(expected); for other weights there is 'imprint model convert'
      """
    }
  }
}
