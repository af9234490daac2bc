public import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Why the runtime cannot be used, or why an operation failed.
public struct LiteRTError: DescribedError {
  /// The kinds of error.
  public enum Code: String, Sendable {
    case runtimeNotFound, failed, unexpectedTensors, unsupportedTensor, edgeTPU
  }

  public let code: Code
  public let message: String
  public let remedy: String?
  /// The status of the runtime, if it failed.
  public let status: RuntimeStatus?
  /// The message of the runtime, if it failed; it may be empty.
  public let reason: String?
  /// The error of the Edge TPU, if the code is ``Code/edgeTPU``.
  public let edgeTPU: EdgeTPUError?

  private init(
    _ code: Code, _ message: String, remedy: String? = nil, status: RuntimeStatus? = nil, reason: String? = nil,
    edgeTPU: EdgeTPUError? = nil
  ) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.status = status
    self.reason = reason
    self.edgeTPU = edgeTPU
  }

  /// No library of the runtime can be opened; `tried` holds the reason for each place.
  public static func runtimeNotFound(tried: [String]) -> Self {
    Self(
      .runtimeNotFound, "the LiteRT runtime cannot be found: \(tried.joined(separator: "; "))",
      remedy: """
        run scripts/setup in the checkout, or set \(RuntimeLibrary.variable) to the path of \
        \(RuntimeLibrary.fileName), which is in the PyPI package ai-edge-litert
        """)
  }

  /// The runtime failed to do `task`, with its status and its message, which may be empty.
  public static func failed(to task: String, status: RuntimeStatus, message: String) -> Self {
    Self(
      .failed, "LiteRT could not \(task): \(message.isEmpty ? "\(status)" : "\(message) [\(status)]")", status: status,
      reason: message)
  }

  /// The model does not have exactly one input and one output.
  public static func unexpectedTensors(inputs: Int, outputs: Int) -> Self {
    Self(.unexpectedTensors, "the model has \(inputs) inputs and \(outputs) outputs where one of each is needed")
  }

  /// The runtime cannot hold a tensor of this type or shape in plain memory.
  public static func unsupportedTensor(_ reason: String) -> Self {
    Self(.unsupportedTensor, "LiteRT cannot hold the tensor in memory: \(reason)")
  }

  /// An Edge TPU cannot be used, or failed.
  public static func edgeTPU(_ error: EdgeTPUError) -> Self {
    Self(.edgeTPU, error.message, remedy: error.remedy, edgeTPU: error)
  }
}

/// A status code of the runtime's C interface.
public struct RuntimeStatus: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  /// The number; 0 is success.
  public let rawValue: Int32

  /// Makes a status from its number.
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// The meaning of the status and its number.
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
