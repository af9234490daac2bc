import SharedLibraries

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The places where the runtime's library is looked for, first to last.
package struct RuntimeLocation {
  /// The variable that names the library, or the folder that holds it; nothing else is tried where it is set.
  package static let variable = "IMPRINT_LITERT"

  #if canImport(Darwin)
    package static let fileName = "libLiteRt.dylib"
  #else
    package static let fileName = "libLiteRt.so"
  #endif

  /// Paths to open, in order: those of files that exist, and last the bare name for the system's loader.
  package let candidates: [String]

  /// - Parameters:
  ///   - environment: The process's environment variables.
  ///   - image: The path of the program or library that this code stands in.
  package init(environment: [String: String], image: String) {
    if let named = environment[Self.variable], !named.isEmpty {
      candidates = [Self.isFolder(named) ? named + "/" + Self.fileName : named]
      return
    }
    let found = [Self.setUp(image: image), Self.installed(image: image)]
      .compactMap { $0 }
      .filter { FileManager.default.fileExists(atPath: $0) }
    candidates = found + [Self.fileName]
  }

  /// The places for this process.
  static var current: RuntimeLocation {
    RuntimeLocation(environment: ProcessInfo.processInfo.environment, image: Image.path(containing: #dsohandle) ?? "")
  }

  /// `.runtime` of the checkout that the program was built in: beside its build folder.
  private static func setUp(image: String) -> String? {
    let components = image.split(separator: "/", omittingEmptySubsequences: false)
    guard let build = components.lastIndex(where: { $0 == ".build" || $0.hasPrefix(".build-") }) else { return nil }
    return (components[..<build] + [".runtime", Substring(fileName)]).joined(separator: "/")
  }

  /// `lib/imprint` beside the program's `bin`.
  private static func installed(image: String) -> String? {
    let components = image.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    guard !components.isEmpty else { return nil }
    return (components + ["lib", "imprint", Substring(fileName)]).joined(separator: "/")
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }
}
