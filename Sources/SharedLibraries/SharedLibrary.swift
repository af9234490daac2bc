#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A shared library opened at run time, and the functions in it.
///
/// The library stays open until the process ends: functions taken from it, and threads that it has started, may outlive
/// every value that a program could tie it to.
public struct SharedLibrary: @unchecked Sendable {
  /// Where the library was found: a path, or a bare name that the system's loader resolved.
  public let path: String

  // An opaque handle that `dlsym` may use from any thread.
  private let handle: UnsafeMutableRawPointer

  /// Opens a library, all its symbols resolved and none of them visible to other libraries.
  ///
  /// - Parameter path: A path, or a bare name to be looked up by the system's loader.
  /// - Throws: ``SharedLibraryError/cannotOpen(path:reason:)`` with the loader's own words.
  public init(path: String) throws(SharedLibraryError) {
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw .cannotOpen(path: path, reason: Self.lastReason())
    }
    self.path = path
    self.handle = handle
  }

  /// A function of the library.
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

  private static func lastReason() -> String {
    dlerror().map { String(cString: $0) } ?? "the loader gave no reason"
  }
}
