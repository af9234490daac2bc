#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The places where a library is looked for that comes with the package, first to last.
package struct LibraryLocation {
  /// Paths to open, in order: those of files that exist, and last the bare name for the system's loader.
  package let candidates: [String]

  /// - Parameters:
  ///   - fileName: The library's file name.
  ///   - variable: The environment variable that names the library, or the folder that holds it; nothing else is tried
  ///     where it is set.
  ///   - environment: The process's environment variables.
  ///   - image: The path of the program or library that this code stands in.
  package init(of fileName: String, variable: String, environment: [String: String], image: String) {
    if let named = environment[variable], !named.isEmpty {
      candidates = [Self.isFolder(named) ? named + "/" + fileName : named]
      return
    }
    let found = [Self.setUp(fileName, image: image), Self.installed(fileName, image: image)]
      .compactMap { $0 }
      .filter { FileManager.default.fileExists(atPath: $0) }
    candidates = found + [fileName]
  }

  /// The places for this process.
  package init(of fileName: String, variable: String) {
    self.init(
      of: fileName, variable: variable, environment: ProcessInfo.processInfo.environment,
      image: Image.path(containing: #dsohandle) ?? "")
  }

  /// `.runtime` of the checkout that the program was built in: beside its build folder.
  private static func setUp(_ fileName: String, image: String) -> String? {
    let components = image.split(separator: "/", omittingEmptySubsequences: false)
    guard let build = components.lastIndex(where: { $0 == ".build" || $0.hasPrefix(".build-") }) else { return nil }
    return (components[..<build] + [".runtime", Substring(fileName)]).joined(separator: "/")
  }

  /// `lib/imprint` beside the program's `bin`.
  private static func installed(_ fileName: String, image: String) -> String? {
    let components = image.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    guard !components.isEmpty else { return nil }
    return (components + ["lib", "imprint", Substring(fileName)]).joined(separator: "/")
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }
}
