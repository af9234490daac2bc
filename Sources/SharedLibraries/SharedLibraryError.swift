/// Why a shared library cannot be used.
public enum SharedLibraryError: Error, Sendable, Hashable {
  /// The loader refused the library; `reason` is what it said.
  case cannotOpen(path: String, reason: String)
  /// The library lacks a function that is needed: it is of another version, or another library of the same name.
  case missingSymbol(String, path: String)
}

extension SharedLibraryError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .cannotOpen(let path, let reason): "\(path) cannot be opened: \(reason)"
    case .missingSymbol(let name, let path): "\(path) has no function \(name): it is another version than is needed"
    }
  }
}
