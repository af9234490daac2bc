import Foundation

/// A free port of the loopback interface.
public enum FreePort {
  /// No port is free.
  struct NoPort: Error {}

  /// Returns a port that nothing listens on.
  public static func find() throws -> Int {
    let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard handle >= 0 else { throw NoPort() }
    defer { close(handle) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    return try withUnsafeMutablePointer(to: &address) { pointer in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        guard bind(handle, generic, size) == 0, getsockname(handle, generic, &size) == 0 else { throw NoPort() }
        return Int(UInt16(bigEndian: pointer.pointee.sin_port))
      }
    }
  }
}
