#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// A search for picture files.
///
/// A file counts as a picture by its extension, in upper or lower case: jpg, jpeg, jpe, jfif, png, webp, bmp, dib, gif,
/// tif, tiff, heic, heif or avif. Its content is checked only when it is read. Hidden files are ignored.
public enum PictureFiles {
  /// Returns the file at a path, whatever its name, or all pictures in the folder at the path and in the folders within
  /// it, in the order of their paths.
  ///
  /// - Throws: ``LabelledPicturesError/notThere(path:)`` if nothing exists at the path, or
  ///   ``LabelledPicturesError/noPictures(path:)`` if a folder holds no picture.
  public static func pictures(at url: URL) throws(LabelledPicturesError) -> [URL] {
    guard isFolder(url) else {
      guard FileManager.default.fileExists(atPath: url.path) else { throw .notThere(path: url.relativePath) }
      return [url]
    }
    let pictures = pictures(in: url)
    guard !pictures.isEmpty else { throw .noPictures(path: url.relativePath) }
    return pictures
  }

  /// Returns all pictures in a folder and in the folders within it, in the order of their paths.
  ///
  /// Links are followed; a folder that was already visited is skipped.
  static func pictures(in folder: URL) -> [URL] {
    var visited: Set<String> = []
    return paths(in: folder, visited: &visited).sorted().map { folder.appending(path: $0) }
  }

  static func isPicture(_ name: String) -> Bool {
    guard !name.hasPrefix("."), let dot = name.lastIndex(of: ".") else { return false }
    return endings.contains(name[name.index(after: dot)...].lowercased())
  }

  static func isFolder(_ url: URL) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder
  }

  private static let endings: Set<String> = [
    "jpg", "jpeg", "jpe", "jfif", "png", "webp", "bmp", "dib", "gif", "tif", "tiff", "heic", "heif", "avif",
  ]

  /// Returns the paths of pictures, relative to the folder.
  private static func paths(in folder: URL, visited: inout Set<String>) -> [String] {
    guard visited.insert(folder.resolvingSymlinksInPath().path).inserted,
      let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    else { return [] }
    var paths: [String] = []
    for name in names.sorted() where !name.hasPrefix(".") {
      let entry = folder.appending(path: name)
      if isFolder(entry) {
        paths += Self.paths(in: entry, visited: &visited).map { "\(name)/\($0)" }
      } else if isPicture(name) {
        paths.append(name)
      }
    }
    return paths
  }
}
