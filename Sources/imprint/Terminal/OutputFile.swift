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

/// Checks output files before the work starts.
enum OutputFile {
  /// Checks that a file can be written: its folder exists, and it is not a folder itself.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - makingFolders: Whether its folder may be missing, because it will be created.
  /// - Throws: ``AtomicFileError/cannotWrite(path:reason:)``.
  static func check(_ file: URL, makingFolders: Bool = false) throws(AtomicFileError) {
    var isFolder = false
    if FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder), isFolder {
      throw .cannotWrite(path: file.path, reason: "it is a folder")
    }
    var folder = file.deletingLastPathComponent().path
    if makingFolders {
      while folder.count > 1, !FileManager.default.fileExists(atPath: folder) {
        folder = URL(filePath: folder).deletingLastPathComponent().path
      }
    }
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder else {
      throw .cannotWrite(path: file.path, reason: "there is no folder \(folder)")
    }
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw .cannotWrite(path: file.path, reason: "the folder \(folder) cannot be written to")
    }
  }

  /// Checks that a file can be written and would not overwrite an input.
  ///
  /// - Throws: The errors of ``check(_:makingFolders:)``, and ``UsageError``.
  static func check(_ file: URL, makingFolders: Bool = false, notReplacing sources: [URL]) throws {
    try check(file, makingFolders: makingFolders)
    for source in sources where isSame(file, source) {
      throw UsageError("\(file.relativePath) would overwrite an input file", remedy: "choose another name")
    }
  }

  /// Whether two URLs lead to the same file.
  static func isSame(_ one: URL, _ other: URL) -> Bool {
    one.resolvingSymlinksInPath().standardizedFileURL.path == other.resolvingSymlinksInPath().standardizedFileURL.path
  }

  /// Creates the folder of a file, and missing folders above it.
  ///
  /// - Throws: ``AtomicFileError/cannotWrite(path:reason:)`` with the system's message.
  static func makeFolder(of file: URL) throws(AtomicFileError) {
    let folder = file.deletingLastPathComponent()
    guard !FileManager.default.fileExists(atPath: folder.path) else { return }
    try makeFolder(of: folder)
    guard mkdir(folder.path, 0o777) == 0 || errno == EEXIST else {
      throw .cannotWrite(path: folder.path, reason: String(cString: strerror(errno)))
    }
  }
}

/// A temporary folder that only this user can read.
struct ScratchFolder {
  let url: URL

  /// Creates the folder in `TMPDIR`, or in `/tmp`.
  ///
  /// - Throws: ``AtomicFileError/cannotWrite(path:reason:)``.
  init() throws(AtomicFileError) {
    let parent = FileManager.default.temporaryDirectory
    var path = Array(parent.appending(path: "imprint-XXXXXX").path.utf8CString)
    guard mkdtemp(&path) != nil else {
      throw .cannotWrite(path: parent.path, reason: String(cString: strerror(errno)))
    }
    let name = String(decoding: path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    url = URL(filePath: name, directoryHint: .isDirectory)
  }

  /// Removes the folder and its contents.
  func remove() { try? FileManager.default.removeItem(at: url) }
}
