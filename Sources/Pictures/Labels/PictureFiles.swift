#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Which files are pictures, and where they are.
///
/// A file is taken for a picture by the ending of its name: jpg, jpeg, jpe, jfif, png, webp, bmp, dib, gif, tif, tiff,
/// heic, heif and avif, in any case. Whether it really is one shows when it is read. Hidden files are none.
public enum PictureFiles {
  /// The pictures that a path stands for: the file itself, whatever its name, or all pictures in a folder and in the
  /// folders within it, in the order of their paths.
  ///
  /// - Throws: ``LabelledPicturesError/notThere(path:)`` when there is nothing at the path, or
  ///   ``LabelledPicturesError/noPictures(path:)`` when a folder holds none.
  public static func pictures(at url: URL) throws(LabelledPicturesError) -> [URL] {
    guard isFolder(url) else {
      guard FileManager.default.fileExists(atPath: url.path) else { throw .notThere(path: url.relativePath) }
      return [url]
    }
    let pictures = pictures(in: url)
    guard !pictures.isEmpty else { throw .noPictures(path: url.relativePath) }
    return pictures
  }

  /// All pictures in a folder and in the folders within it, in the order of their paths.
  ///
  /// Links are followed; a folder that is met again, by whatever way, is passed over.
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

  /// Paths of pictures relative to a folder.
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
