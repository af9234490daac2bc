/// Why pictures and their labels cannot be told from a folder or a list.
public enum LabelledPicturesError: Error, Sendable, Hashable {
  /// There is nothing at the path, or no folder.
  case notAFolder(path: String)
  /// There is nothing at the path.
  case notThere(path: String)
  /// The folder or the list cannot be read.
  case unreadable(path: String)
  /// There are no pictures at all.
  case noPictures(path: String)
  /// There are pictures, but they are not in class folders.
  case noClassFolders(path: String, pictures: Int)
  /// A class folder's name is nothing but spaces.
  case emptyName(path: String)
  /// Two class folders have names that differ in their bytes only: in spaces at their ends, or in an accent that is
  /// composed in one and not in the other.
  case sameName(String, path: String)
  /// A class's name has a line end in it, which a label file cannot hold.
  case nameOfSeveralLines(String)
  /// A line of a list is not of the form `path,label`.
  case badLine(Int, path: String, reason: String)
}

extension LabelledPicturesError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notAFolder(let path):
      "\(path) is not there: a folder of class folders, or a list of path,label lines, is needed"
    case .notThere(let path):
      "\(path) is not there"
    case .unreadable(let path):
      "\(path) cannot be read as text or as a folder: check its permissions and that it is UTF-8"
    case .noPictures(let path):
      "\(path) holds no picture: a folder with one folder of pictures a class is needed"
    case .noClassFolders(let path, let pictures):
      """
      \(path) holds \(pictures == 1 ? "a picture" : "\(pictures) pictures") but no class folders: sort the pictures into \
      one folder a class, each named as the class is called
      """
    case .emptyName(let path):
      "\(path) holds a folder whose name is nothing but spaces: name it as its class is called"
    case .sameName(let name, let path):
      "\(path) holds two folders named \"\(name)\", which differ in outer spaces or in how accents are stored: merge them"
    case .nameOfSeveralLines(let name):
      "the class name \"\(name.split(whereSeparator: \.isNewline).joined(separator: "⏎"))\" has a line end in it: rename it"
    case .badLine(let line, let path, let reason):
      "line \(line) of \(path) cannot be used: \(reason)"
    }
  }
}
