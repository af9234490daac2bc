import Heads

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file in memory, for libraries that write to a path and end the process where the disk is full.
///
/// It is gone with the object and with whatever mapped it. Linux has such files; elsewhere there are none.
final class MemoryFile {
  /// Where this process, and no other, finds it.
  var path: String { "/proc/self/fd/\(descriptor)" }

  private let descriptor: Int32

  /// An empty file, or nil where there is none to be had, or where the process may not write one of so many bytes.
  init?(room: Int) {
    #if os(Linux)
      var bound = rlimit()
      // The function is declared for C with GNU's extensions only, as is MFD_CLOEXEC, which is 1.
      guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &bound) == 0,
        bound.rlim_cur >= rlim_t(clamping: room), let symbol = dlsym(nil, "memfd_create")
      else { return nil }
      let create = unsafeBitCast(symbol, to: (@convention(c) (UnsafePointer<CChar>, UInt32) -> Int32).self)
      descriptor = create("imprint", 1)
      guard descriptor >= 0, access(path, R_OK | W_OK) == 0 else { return nil }
    #else
      return nil
    #endif
  }

  deinit {
    #if os(Linux)
      if descriptor >= 0 { close(descriptor) }
    #endif
  }
}
