#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// A search for picture files.
///
/// A file counts as a picture by its ending, in upper or lower case: jpg, jpeg, jpe, jfif, png, webp, bmp, dib, gif, tif,
/// tiff, heic, heif or avif. Its content is checked only when it is read. A file with another ending, or without one, counts
/// as a picture if it begins like one, but raw files of cameras and unfinished downloads do not. Hidden files are ignored, and
/// the folders in which a NAS or macOS keeps thumbnails are passed over.
public enum PictureFiles {
  /// Returns the file at a path, whatever its name, or all pictures in the folder at the path and in the folders within
  /// it, in the order of their paths.
  ///
  /// - Throws: ``LabelledPicturesError/notThere(path:)`` if nothing exists at the path, or
  ///   ``LabelledPicturesError/noPictures(path:remarks:)`` if a folder holds no picture.
  public static func pictures(at url: URL) throws(LabelledPicturesError) -> [URL] { try search(url).pictures }

  /// Returns the same pictures as ``pictures(at:)``, and what was passed over.
  ///
  /// - Throws: The errors of ``pictures(at:)``.
  public static func search(
    _ url: URL
  ) throws(LabelledPicturesError) -> (pictures: [URL], remarks: [SearchRemark]) {
    guard isFolder(url) else {
      guard FileManager.default.fileExists(atPath: url.path) else { throw .notThere(path: url.relativePath) }
      return ([url], [])
    }
    var search = PictureSearch(root: url.path)
    let pictures = search.pictures().map { url.appending(path: $0) }
    guard !pictures.isEmpty else { throw .noPictures(path: url.relativePath, remarks: search.remarks) }
    return (pictures, search.remarks)
  }

  /// Whether a file has the ending of a picture.
  static func isPicture(_ name: String) -> Bool { !name.hasPrefix(".") && endings.contains(ending(of: name)) }

  /// Returns what follows the last dot of a name, in lower case; an empty text if there is no dot.
  static func ending(of name: String) -> String {
    name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
  }

  /// Whether a NAS, macOS or Windows keeps files of its own in folders of a name.
  package static func isSystemFolder(_ name: String) -> Bool { PictureSearch.systemFolders.contains(name.lowercased()) }

  /// Whether a path is that of a folder.
  package static func isDirectory(_ url: URL) -> Bool { isFolder(url) }

  static func isFolder(_ url: URL) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder
  }

  /// The endings of pictures, in lower case.
  public static let endings: Set<String> = [
    "jpg", "jpeg", "jpe", "jfif", "png", "webp", "bmp", "dib", "gif", "tif", "tiff", "heic", "heif", "avif",
  ]
}
