import ArgumentParser
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

/// A check before the work of what would spoil its end.
enum OutputFile {
  /// Checks that a file can be written: that its folder is there and it is no folder itself.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - makingFolders: Whether its folder may be missing, and will be made.
  /// - Throws: ``TFLiteError/cannotWrite(path:reason:)``.
  static func check(_ file: URL, makingFolders: Bool = false) throws(TFLiteError) {
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

  /// Checks that a file can be written and would not take the place of one that is read.
  ///
  /// - Throws: As ``check(_:makingFolders:)`` does, and a `ValidationError`.
  static func check(_ file: URL, makingFolders: Bool = false, notReplacing sources: [URL]) throws {
    try check(file, makingFolders: makingFolders)
    for source in sources where isSame(file, source) {
      throw ValidationError(
        "\(file.relativePath) would be written in place of what is read: choose another name")
    }
  }

  /// Whether two paths lead to the same file.
  static func isSame(_ one: URL, _ other: URL) -> Bool {
    one.resolvingSymlinksInPath().standardizedFileURL.path == other.resolvingSymlinksInPath().standardizedFileURL.path
  }

  /// Makes the folder that a file is to lie in, and those above it that are missing.
  ///
  /// - Throws: ``TFLiteError/cannotWrite(path:reason:)`` with the system's words.
  static func makeFolder(of file: URL) throws(TFLiteError) {
    let folder = file.deletingLastPathComponent()
    guard !FileManager.default.fileExists(atPath: folder.path) else { return }
    try makeFolder(of: folder)
    guard mkdir(folder.path, 0o777) == 0 || errno == EEXIST else {
      throw .cannotWrite(path: folder.path, reason: String(cString: strerror(errno)))
    }
  }
}

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
