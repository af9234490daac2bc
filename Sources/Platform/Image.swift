#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The program or library file that a piece of code stands in.
public enum Image {
  /// The path of the image that holds `address`, links resolved, or nil when the system does not say.
  ///
  /// - Parameter address: An address in the image, such as `#dsohandle`. For a test it is in the test bundle, not in the
  ///   program that runs it.
  public static func path(containing address: UnsafeRawPointer) -> String? {
    guard var path = loaderName(of: address) else { return nil }
    #if os(Linux)
      // For the program itself the loader reports the name that it was called by, which may be relative to a folder
      // left since.
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
      // Glibc's module leaves `dladdr` out. It fills four pointers, the first of which is the file's name.
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
