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

/// The places in which to look for a library that comes with the package.
package struct LibraryLocation {
  /// The paths to try, in order: the files that exist, then the bare file name for the system's loader.
  package let candidates: [String]

  /// Whether the user named the library.
  private let isNamed: Bool
  /// The owner of the program, who is trusted as this program is.
  private let owner: uid_t?

  /// Finds the candidates in these folders: `.runtime` of the checkout, `lib/imprint` beside the program's `bin`, and
  /// `imprint/lib` in the user's data folder.
  ///
  /// - Parameters:
  ///   - fileName: The library's file name.
  ///   - variable: The environment variable that names the library, or its folder. If it is set, its value is the only
  ///     candidate.
  ///   - value: Returns the value of an environment variable.
  ///   - image: The path of the program or library that contains this code.
  package init(
    of fileName: String, variable: String, image: String, value: (String) -> String? = EnvironmentVariable.value
  ) {
    owner = FileOwner.owner(ofPath: image)
    if let named = value(variable), !named.isEmpty {
      isNamed = true
      candidates = [Self.isFolder(named) ? named + "/" + fileName : named]
      return
    }
    isNamed = false
    let folders = [Self.checkout(image: image), Self.installed(image: image), Self.userData(value)]
    let found = folders.compactMap { $0.map { $0 + "/" + fileName } }
      .filter { FileManager.default.fileExists(atPath: $0) }
    candidates = found + [fileName]
  }

  /// Opens a candidate. Unless the user named it, it must belong to this user, root or the owner of the program, and no
  /// other user may write to the file or its folder: a library runs with all rights of this process.
  ///
  /// - Throws: ``SharedLibraryError/cannotOpen(path:reason:)``.
  package func open(_ candidate: String) throws(SharedLibraryError) -> SharedLibrary {
    guard isNamed || !candidate.contains("/") || FileOwner.isTrusted(path: candidate, orOf: owner) else {
      throw .cannotOpen(path: candidate, reason: "another user can change it or its folder")
    }
    return try SharedLibrary(path: candidate)
  }

  /// Finds the candidates for this process.
  package init(of fileName: String, variable: String) {
    self.init(of: fileName, variable: variable, image: Image.path(containing: #dsohandle) ?? "")
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
  private static func userData(_ value: (String) -> String?) -> String? {
    if let data = value("XDG_DATA_HOME"), data.hasPrefix("/") { return data + "/imprint/lib" }
    guard let home = value("HOME"), home.hasPrefix("/") else { return nil }
    return home + "/.local/share/imprint/lib"
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }
}
