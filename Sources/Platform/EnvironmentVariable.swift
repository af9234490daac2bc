#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A variable of the process's environment.
package enum EnvironmentVariable {
  /// Returns the value of a variable; nil where it is not set. Foundation copies the whole environment for it, which takes
  /// half a millisecond at first.
  package static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
