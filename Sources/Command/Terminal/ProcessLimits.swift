#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The limits that a shell or a service manager sets to a process. Below some, Swift's own runtime and the libraries end the
/// process without a word, so they are checked first.
enum ProcessLimits {
  /// The fewest open files with which every command works; the soft limit is raised to it where that is allowed.
  private static let files: rlim_t = 64
  /// The least address space with which the commands start their threads and open the runtime.
  private static let addressSpace: rlim_t = 512 << 20

  /// - Throws: ``UsageError``.
  static func check() throws {
    var open = limit(of: RLIMIT_NOFILE)
    if open.rlim_cur < files, open.rlim_max >= files {
      open.rlim_cur = files
      _ = setrlimit(resource(RLIMIT_NOFILE), &open)
    }
    guard limit(of: RLIMIT_NOFILE).rlim_cur >= files else {
      throw UsageError(
        "this process may open only \(open.rlim_cur) files, and needs \(files)",
        remedy: "raise the limit with 'ulimit -n'")
    }
    #if os(Linux)
      let room = limit(of: RLIMIT_AS).rlim_cur
      guard room >= addressSpace else {
        throw UsageError(
          "this process may take only \(room >> 20) MB of address space, and needs \(addressSpace >> 20) MB",
          remedy: "raise the limit with 'ulimit -v'")
      }
    #endif
  }

  #if canImport(Glibc)
    typealias Kind = __rlimit_resource
    private static func resource(_ kind: Kind) -> __rlimit_resource_t { __rlimit_resource_t(kind.rawValue) }
  #else
    typealias Kind = Int32
    private static func resource(_ kind: Kind) -> Int32 { kind }
  #endif

  /// Sets a limit for good: the process cannot raise it again.
  static func set(_ kind: Kind, to limit: rlim_t) {
    var bound = rlimit(rlim_cur: limit, rlim_max: limit)
    _ = setrlimit(resource(kind), &bound)
  }

  private static func limit(of kind: Kind) -> rlimit {
    var limit = rlimit()
    if getrlimit(resource(kind), &limit) != 0 { limit.rlim_cur = .max }
    return limit
  }
}
