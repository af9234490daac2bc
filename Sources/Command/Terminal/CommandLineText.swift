import Platform

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The bytes of the command line, which may be no text.
enum CommandLineText {
  /// Returns the arguments.
  ///
  /// - Throws: ``UsageError`` if an argument or the current folder is not UTF-8: Swift would replace bytes of it, and the
  ///   command would read or write files of other names.
  static func read(_ arguments: [FileName]) throws(UsageError) -> [String] {
    let remedy = "rename it, or give a name in UTF-8"
    if let name = arguments.first(where: { !$0.isUTF8 }) {
      throw UsageError("the argument \(name.text) is not UTF-8", remedy: remedy)
    }
    let texts = arguments.map(\.text)
    guard let bytes = getcwd(nil, 0) else { return texts }
    defer { free(bytes) }
    let folder = FileName(bytes)
    guard folder.isUTF8 else { throw UsageError("the current folder \(folder.text) is not UTF-8", remedy: remedy) }
    return texts
  }
}
