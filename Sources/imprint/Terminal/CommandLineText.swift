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
  /// Throws ``UsageError`` if an argument or the current folder is not UTF-8: Swift would replace bytes of it, and the
  /// command would read or write files of other names.
  static func check() throws(UsageError) {
    let remedy = "rename it, or give a name in UTF-8"
    for place in 1..<max(1, Int(CommandLine.argc)) {
      guard let bytes = CommandLine.unsafeArgv[place], case let argument = FileName(bytes), !argument.isUTF8 else {
        continue
      }
      throw UsageError("the argument \(argument.text) is not UTF-8", remedy: remedy)
    }
    guard let bytes = getcwd(nil, 0) else { return }
    defer { free(bytes) }
    let folder = FileName(bytes)
    guard folder.isUTF8 else { throw UsageError("the current folder \(folder.text) is not UTF-8", remedy: remedy) }
  }
}
