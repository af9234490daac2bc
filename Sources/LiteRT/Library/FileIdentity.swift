#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What tells one build of a library from another.
enum FileIdentity {
  /// A file's path, size and time of change; the path alone where the system does not know it.
  static func words(for path: String) -> String {
    var status = stat()
    guard stat(path, &status) == 0 else { return path }
    #if canImport(Darwin)
      let changed = status.st_mtimespec
    #else
      let changed = status.st_mtim
    #endif
    return "\(path) \(status.st_size) \(changed.tv_sec) \(changed.tv_nsec)"
  }
}
