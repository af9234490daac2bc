#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The current start of the system.
///
/// What the system says of a file's last change can be trusted within one start: after a power failure, a file may have its
/// size and times, and other contents.
package enum SystemStart {
  /// The identifier that Linux chose when it started; nil on other systems.
  package static var identifier: String? {
    #if os(Linux)
      let descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return nil }
      defer { close(descriptor) }
      var bytes = [UInt8](repeating: 0, count: 64)
      let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      return count >= 32 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    #else
      return nil
    #endif
  }
}
