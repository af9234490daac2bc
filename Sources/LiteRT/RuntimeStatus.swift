/// A status of the runtime's C interface.
public struct RuntimeStatus: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  /// The number; 0 is success.
  public let rawValue: Int32

  /// - Parameter rawValue: The number.
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// The status in words, and its number.
  public var description: String { "\(words) (status \(rawValue))" }

  private var words: String {
    switch rawValue {
    case 0: "success"
    case 1: "invalid argument"
    case 2: "out of memory"
    case 3: "runtime failure"
    case 4: "missing input tensor"
    case 5: "not supported"
    case 6: "not found"
    case 7: "timed out"
    case 8: "wrong version"
    case 10: "already exists"
    case 100: "cancelled"
    case 500: "file cannot be read"
    case 501: "invalid model file"
    case 502: "library cannot be loaded"
    case 503: "cannot be serialised"
    case 504: "cannot be compiled"
    case 1000: "index out of bounds"
    case 1001: "invalid type"
    case 1002: "invalid graph"
    case 4000...4002: "version not supported"
    case 5000, 5001: "shapes cannot be inferred"
    default: "unknown error"
    }
  }
}
