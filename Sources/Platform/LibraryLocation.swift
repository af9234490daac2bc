#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The places in which to look for a library that comes with the package.
package struct LibraryLocation {
  /// The paths to try, in order: the files that exist, then the bare file name for the system's loader.
  package let candidates: [String]

  /// Finds the candidates in these folders: `.runtime` of the checkout, `lib/imprint` beside the program's `bin`, and
  /// `imprint/lib` in the user's data folder.
  ///
  /// - Parameters:
  ///   - fileName: The library's file name.
  ///   - variable: The environment variable that names the library, or its folder. If it is set, its value is the only
  ///     candidate.
  ///   - environment: The process's environment variables.
  ///   - image: The path of the program or library that contains this code.
  package init(of fileName: String, variable: String, environment: [String: String], image: String) {
    if let named = environment[variable], !named.isEmpty {
      candidates = [Self.isFolder(named) ? named + "/" + fileName : named]
      return
    }
    let folders = [Self.checkout(image: image), Self.installed(image: image), Self.userData(environment)]
    let found = folders.compactMap { $0.map { $0 + "/" + fileName } }
      .filter { FileManager.default.fileExists(atPath: $0) }
    candidates = found + [fileName]
  }

  /// Finds the candidates for this process.
  package init(of fileName: String, variable: String) {
    self.init(
      of: fileName, variable: variable, environment: ProcessInfo.processInfo.environment,
      image: Image.path(containing: #dsohandle) ?? "")
  }

  /// Returns `.runtime` of the checkout in which the program was built, which is beside the build folder.
  private static func checkout(image: String) -> String? {
    let components = image.split(separator: "/", omittingEmptySubsequences: false)
    guard let build = components.lastIndex(where: { $0 == ".build" || $0.hasPrefix(".build-") }) else { return nil }
    return (components[..<build] + [".runtime"]).joined(separator: "/")
  }

  /// Returns `lib/imprint` beside the program's `bin`.
  private static func installed(image: String) -> String? {
    let components = image.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    guard !components.isEmpty else { return nil }
    return (components + ["lib", "imprint"]).joined(separator: "/")
  }

  /// Returns `imprint/lib` in `$XDG_DATA_HOME`, or else in `~/.local/share`; nil where `HOME` is not set.
  ///
  /// `scripts/setup` puts the library there, for programs in packages that depend on this one.
  private static func userData(_ environment: [String: String]) -> String? {
    if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data + "/imprint/lib" }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return home + "/.local/share/imprint/lib"
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }
}
