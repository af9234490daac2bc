import Platform

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A search for the pictures in a folder and in the folders within it.
///
/// Files with the endings of pictures are not opened; of other files, the first bytes decide. Links are followed, each
/// folder once.
struct PictureSearch {
  private(set) var remarks: [SearchRemark] = []
  private let root: String
  private let resolvedRoot: ResolvedFolder?
  private var visited: Set<FolderIdentity> = []
  private var folders = 0

  private static let deepest = 32
  private static let mostFolders = 100_000

  /// - Parameter root: The path of the folder that remarks are relative to.
  init(root: String) {
    self.root = root
    resolvedRoot = ResolvedFolder(root)
  }

  /// Returns the paths of the pictures in the root, or in a folder in it, relative to the root and in order.
  mutating func pictures(in folder: FolderEntry? = nil) -> [String] {
    visited = []
    guard let folder else { return paths(in: "", depth: 0).sorted() }
    return paths(of: folder, in: "", depth: 0).sorted()
  }

  /// Adds a remark.
  mutating func remark(_ kind: SearchRemark.Kind, _ path: String) {
    remarks.append(SearchRemark(kind: kind, path: path))
  }

  /// Returns whether a folder is one of the system's own files, and remarks it.
  mutating func isOfSystem(_ entry: FolderEntry, in prefix: String) -> Bool {
    guard PictureFiles.isSystemFolder(entry.name.text) else { return false }
    remark(.systemFolder, prefix + entry.name.text)
    return true
  }

  /// Returns the pictures of an entry that is a folder.
  private mutating func paths(of entry: FolderEntry, in prefix: String, depth: Int) -> [String] {
    let path = prefix + entry.name.text
    if isOfSystem(entry, in: prefix) { return [] }
    if entry.isLink {
      guard let target = ResolvedFolder(root + "/" + path), let resolvedRoot else {
        remark(.unreadable, path)
        return []
      }
      guard !target.isOfSystem, !target.contains(resolvedRoot) else {
        remark(.leadsAstray, path)
        return []
      }
      if !resolvedRoot.contains(target) { remark(.followed, path) }
    }
    return paths(in: path + "/", depth: depth + 1)
  }

  private mutating func paths(in prefix: String, depth: Int) -> [String] {
    let path = root + "/" + prefix
    guard let identity = FolderIdentity(path), let entries = FolderEntry.all(in: path) else {
      remark(.unreadable, prefix)
      return []
    }
    guard visited.insert(identity).inserted else { return [] }
    folders += 1
    guard depth <= Self.deepest, folders <= Self.mostFolders else {
      remark(.tooMany, prefix)
      return []
    }
    var paths: [String] = []
    for entry in entries where !entry.isHidden {
      let path = prefix + entry.name.text
      guard entry.name.isUTF8 else {
        remark(.notUTF8, path)
        continue
      }
      switch entry.kind {
      case .folder: paths += self.paths(of: entry, in: prefix, depth: depth)
      case .others: remark(.notAFile, path)
      case .file:
        if let kind = Self.objection(to: entry.name.text, at: root + "/" + path) {
          remark(kind, path)
        } else {
          paths.append(path)
        }
      }
    }
    return paths
  }

  /// Returns why a file is no picture, or `nil` if it is one.
  private static func objection(to name: String, at path: String) -> SearchRemark.Kind? {
    let ending = PictureFiles.ending(of: name)
    if PictureFiles.endings.contains(ending) { return nil }
    if rawEndings.contains(ending) { return .rawPicture }
    return unfinishedEndings.contains(ending) || !isPicture(path) ? .noPicture : nil
  }

  /// Whether the first bytes of a file are those of a picture.
  private static func isPicture(_ path: String) -> Bool {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard file >= 0 else { return false }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    return withUnsafeTemporaryAllocation(byteCount: 128, alignment: 8) { bytes in
      guard let start = bytes.baseAddress, case let count = pread(file, start, bytes.count, 0), count > 0 else {
        return false
      }
      let bytes = UnsafeRawBufferPointer(start: start, count: count)
      // A text may begin with the two letters of BMP.
      guard let format = PictureFormat(bytes) else { return false }
      return format != .bmp || BitmapHeader(ByteReader(bytes, bigEndian: false)) != nil
    }
  }

  // Files of cameras: TIFF by their first bytes, with a small preview as the first picture.
  private static let rawEndings: Set<String> = [
    "3fr", "arw", "cr2", "cr3", "dcr", "dng", "erf", "fff", "iiq", "kdc", "mos", "mrw", "nef", "nrw", "orf", "pef",
    "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw", "x3f",
  ]

  // Files that browsers and other programs are still writing.
  private static let unfinishedEndings: Set<String> = ["crdownload", "download", "part", "partial", "tmp"]

  // The folders of Synology, QNAP, macOS, Windows and file systems, in lower case.
  static let systemFolders: Set<String> = [
    "@eadir", "@tmp", "#recycle", "#snapshot", "@recycle", "@recently-snapshot", "@__thumb", "__macosx", "lost+found",
    "$recycle.bin", "system volume information",
  ]
}
