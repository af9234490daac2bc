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
  /// Links are followed; a folder that is met again on the way down to itself is passed over.
  static func pictures(in folder: URL) -> [URL] {
    paths(in: folder, above: []).sorted().map { folder.appending(path: $0) }
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
  private static func paths(in folder: URL, above: Set<String>) -> [String] {
    let real = folder.resolvingSymlinksInPath().path
    guard !above.contains(real), above.count < deepest,
      let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    else { return [] }
    return names.flatMap { name -> [String] in
      guard !name.hasPrefix(".") else { return [] }
      let entry = folder.appending(path: name)
      if isFolder(entry) { return paths(in: entry, above: above.union([real])).map { "\(name)/\($0)" } }
      return isPicture(name) ? [name] : []
    }
  }

  private static let deepest = 32
}
