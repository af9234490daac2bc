import TFLite

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

/// A folder for what is needed for a moment, that nobody else can look into.
struct ScratchFolder {
  let url: URL

  /// Makes the folder where the system has such ones, `TMPDIR` or `/tmp`.
  ///
  /// - Throws: ``TFLiteError/cannotWrite(path:reason:)``.
  init() throws(TFLiteError) {
    let parent = FileManager.default.temporaryDirectory
    var path = Array(parent.appending(path: "imprint-XXXXXX").path.utf8CString)
    guard mkdtemp(&path) != nil else {
      throw .cannotWrite(path: parent.path, reason: String(cString: strerror(errno)))
    }
    let name = String(decoding: path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    url = URL(filePath: name, directoryHint: .isDirectory)
  }

  /// Removes the folder and what is in it.
  func remove() { try? FileManager.default.removeItem(at: url) }
}
