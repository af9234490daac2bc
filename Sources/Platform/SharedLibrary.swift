#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A shared library opened at run time, and the functions in it.
///
/// The library stays open until the process ends, because its functions, and threads that it has started, may outlive every
/// Swift value that could own it.
public struct SharedLibrary: @unchecked Sendable {
  /// The path of the library, or a bare name that the system's loader resolved.
  public let path: String

  // An opaque handle, with which any thread may call `dlsym`.
  private let handle: UnsafeMutableRawPointer

  /// Opens a library, resolves all its symbols, and hides them from other libraries.
  ///
  /// - Parameter path: A path, or a bare name for the system's loader to look up.
  /// - Throws: ``SharedLibraryError/cannotOpen(path:reason:)`` with the loader's message.
  public init(path: String) throws(SharedLibraryError) {
    if let beside = Self.besideProgram(path), !FileOwner.isTrusted(path: beside) {
      throw .cannotOpen(path: beside, reason: "another user can change it or its folder")
    }
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw .cannotOpen(path: path, reason: Self.lastReason())
    }
    self.path = path
    self.handle = handle
  }

  /// Returns a function of the library.
  ///
  /// - Parameters:
  ///   - name: The symbol's name.
  ///   - type: Its C function type, such as `(@convention(c) (Int32) -> Int32).self`. A wrong type is undefined
  ///     behaviour, as in C.
  /// - Throws: ``SharedLibraryError/missingSymbol(_:path:)``.
  public func function<Function>(_ name: String, as type: Function.Type) throws(SharedLibraryError) -> Function {
    guard let symbol = dlsym(handle, name) else { throw .missingSymbol(name, path: path) }
    return unsafeBitCast(symbol, to: type)
  }

  /// Returns the path of a library in the folder of this program, where the loader looks for a bare name before it looks in
  /// the system's folders; nil where there is none.
  private static func besideProgram(_ name: String) -> String? {
    guard !name.contains("/"), let image = Image.path(containing: #dsohandle), let end = image.lastIndex(of: "/") else {
      return nil
    }
    let path = image[...end] + name
    return access(String(path), F_OK) == 0 ? String(path) : nil
  }

  private static func lastReason() -> String {
    dlerror().map { String(cString: $0) } ?? "the loader gave no reason"
  }
}

extension SharedLibrary {
  /// Returns the places of a library: its file name for the system's loader, and on Apple's systems Homebrew's paths.
  ///
  /// - Parameters:
  ///   - name: The library's name, without `lib` and extension.
  ///   - version: The version of the library's binary interface.
  public static func names(_ name: String, version: Int) -> [String] {
    #if canImport(Darwin)
      let file = "lib\(name).\(version).dylib"
      return [file, "/opt/homebrew/lib/\(file)", "/usr/local/lib/\(file)"]
    #else
      return ["lib\(name).so.\(version)"]
    #endif
  }

  /// Opens the library that an environment variable names; where it is not set, the first one that can be opened of those
  /// at ``names(_:version:)``.
  ///
  /// - Throws: ``SharedLibraryError/cannotOpen(path:reason:)``.
  package init(_ name: String, version: Int, variable: String) throws(SharedLibraryError) {
    if let named = EnvironmentVariable.value(variable), !named.isEmpty {
      try self.init(path: named)
    } else {
      try self.init(firstOf: Self.names(name, version: version))
    }
  }

  /// Opens the first of several libraries that can be opened.
  ///
  /// - Throws: The ``SharedLibraryError`` of the first one if none can be opened.
  public init(firstOf paths: [String]) throws(SharedLibraryError) {
    var failure: SharedLibraryError?
    for path in paths {
      do {
        self = try SharedLibrary(path: path)
        return
      } catch {
        failure = failure ?? error
      }
    }
    throw failure ?? .cannotOpen(path: "a library", reason: "no path was given")
  }
}

/// Why a shared library cannot be used.
public struct SharedLibraryError: DescribedError {
  /// The codes of the errors.
  public enum Code: String, Sendable {
    case cannotOpen, missingSymbol
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  /// The loader rejected the library; `reason` is the loader's message.
  public static func cannotOpen(path: String, reason: String) -> Self {
    Self(code: .cannotOpen, message: "\(path) cannot be opened: \(reason)", remedy: nil)
  }

  /// The library lacks a function that is needed.
  public static func missingSymbol(_ name: String, path: String) -> Self {
    Self(
      code: .missingSymbol, message: "\(path) has no function \(name)",
      remedy: "install the required version of the library")
  }
}
