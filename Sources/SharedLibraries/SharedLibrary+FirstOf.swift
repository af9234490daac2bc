extension SharedLibrary {
  /// Where a library of that name may be: for the system's loader, and where Homebrew puts it.
  ///
  /// - Parameters:
  ///   - name: The library's name, without `lib` and ending.
  ///   - version: The number of its interface.
  public static func names(_ name: String, version: Int) -> [String] {
    #if canImport(Darwin)
      let file = "lib\(name).\(version).dylib"
      return [file, "/opt/homebrew/lib/\(file)", "/usr/local/lib/\(file)"]
    #else
      return ["lib\(name).so.\(version)"]
    #endif
  }

  /// Opens the first of several libraries that can be opened.
  ///
  /// - Throws: ``SharedLibraryError`` about the first of them.
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
