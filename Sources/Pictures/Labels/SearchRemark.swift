/// What a search for pictures passed over, or followed out of the folder.
public struct SearchRemark: Sendable, Hashable {
  /// The kinds of remarks.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The content of the file is no picture, or it is an unfinished download.
    case noPicture
    /// A camera's raw file: its first picture is a small preview.
    case rawPicture
    /// A device, a pipe, a socket, or a link that leads nowhere.
    case notAFile
    /// A folder in which a NAS, macOS or Windows keeps thumbnails or deleted files.
    case systemFolder
    /// A picture beside the class folders.
    case besideClasses
    /// The name is no UTF-8.
    case notUTF8
    /// The folder cannot be read.
    case unreadable
    /// A link to a folder that holds the folder that was searched, or to the system's devices and processes.
    case leadsAstray
    /// The folder is more than 32 folders deep, or one of more than 100 000.
    case tooMany
    /// A link to a folder elsewhere; its pictures were taken.
    case followed
  }

  /// What is remarked.
  public let kind: Kind
  /// The path from the folder that was searched. In a name that is no UTF-8, bytes outside ASCII are written as `\xe9`.
  public let path: String

  /// Whether pictures may be missing because of it.
  public var isProblem: Bool {
    switch kind {
    case .notUTF8, .unreadable, .leadsAstray, .tooMany: true
    case .noPicture, .rawPicture, .notAFile, .systemFolder, .besideClasses, .followed: false
    }
  }

  /// Returns a sentence for each kind: how many there are, and the names of the first three.
  public static func sentences(_ remarks: [SearchRemark]) -> [String] {
    let groups = Dictionary(grouping: remarks, by: \.kind)
    return Kind.allCases.compactMap { kind in
      guard let paths = groups[kind]?.map(\.path), !paths.isEmpty else { return nil }
      let (one, many) = kind.words
      let names = paths.prefix(3).joined(separator: ", ") + (paths.count > 3 ? ", …" : "")
      let verb = kind == .followed ? "followed" : "passed over"
      return "\(verb) \(paths.count == 1 ? one : "\(paths.count) \(many)"): \(names)"
    }
  }
}

extension SearchRemark.Kind {
  fileprivate var words: (one: String, many: String) {
    switch self {
    case .noPicture: ("a file that is no picture", "files that are no pictures")
    case .rawPicture: ("a camera's raw file, which must be developed first", "raw files, which must be developed first")
    case .notAFile: ("an entry that is no file", "entries that are no files")
    case .systemFolder: ("a folder of the system's own files", "folders of the system's own files")
    case .besideClasses: ("a picture beside the class folders", "pictures beside the class folders")
    case .notUTF8: ("a name that is not UTF-8; rename it", "names that are not UTF-8; rename them")
    case .unreadable: ("a folder that cannot be read", "folders that cannot be read")
    case .leadsAstray:
      (
        "a link to a folder above, or to devices and processes", "links to folders above, or to devices and processes"
      )
    case .tooMany: ("a folder: there are too many of them", "folders: there are too many of them")
    case .followed: ("a link out of the folder", "links out of the folder")
    }
  }
}
