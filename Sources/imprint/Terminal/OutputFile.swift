import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A check before the work of what would spoil its end.
enum OutputFile {
  /// Checks that a file can be written: that its folder is there and it is no folder itself.
  ///
  /// - Throws: ``TFLiteError/cannotWrite(path:reason:)``.
  static func check(_ file: URL) throws(TFLiteError) {
    var isFolder = false
    if FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder), isFolder {
      throw .cannotWrite(path: file.path, reason: "it is a folder")
    }
    let folder = file.deletingLastPathComponent().path
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder else {
      throw .cannotWrite(path: file.path, reason: "there is no folder \(folder)")
    }
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw .cannotWrite(path: file.path, reason: "the folder \(folder) cannot be written to")
    }
  }
}
