#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The image of a piece of code: the program or library file that contains it.
public enum Image {
  /// Returns the path of the image that contains `address`, with links resolved, or nil if the system does not know it.
  ///
  /// - Parameter address: An address in the image, such as `#dsohandle`. For a test it is in the test bundle, not in the
  ///   program that runs the test.
  public static func path(containing address: UnsafeRawPointer) -> String? {
    guard var path = loaderName(of: address) else { return nil }
    #if os(Linux)
      // For the program itself the loader reports the name by which it was called. That may be relative to a folder which
      // is no longer the current folder.
      if !path.hasPrefix("/") || path == CommandLine.arguments.first { path = "/proc/self/exe" }
    #endif
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func loaderName(of address: UnsafeRawPointer) -> String? {
    #if canImport(Darwin)
      var information = Dl_info()
      guard dladdr(address, &information) != 0, let name = information.dli_fname else { return nil }
      return String(cString: name)
    #else
      // Swift's Glibc module lacks `dladdr`. The function fills in four pointers, the first of which is the file's name.
      typealias Lookup = @convention(c) (UnsafeRawPointer, UnsafeMutablePointer<UnsafeRawPointer?>) -> Int32
      guard let symbol = dlsym(nil, "dladdr") else { return nil }
      var information: [UnsafeRawPointer?] = [nil, nil, nil, nil]
      guard unsafeBitCast(symbol, to: Lookup.self)(address, &information) != 0, let name = information[0] else {
        return nil
      }
      return String(cString: name.assumingMemoryBound(to: CChar.self))
    #endif
  }
}
