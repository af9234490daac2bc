package import Platform

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file or a folder in a folder.
package struct FolderEntry {
  package enum Kind {
    case file, folder
    /// A device, a pipe, a socket, or a link that leads nowhere.
    case others
  }

  package let name: FileName
  /// What it is; what it leads to, if it is a link.
  package let kind: Kind
  let isLink: Bool

  /// Whether it is hidden.
  var isHidden: Bool { name.text.hasPrefix(".") }

  /// Returns the entries of a folder, in the order of their names; `nil` if it cannot be read.
  ///
  /// `FileManager` leaves out the names that are no UTF-8, and does not say what an entry is.
  package static func all(in folder: String) -> [FolderEntry]? {
    guard let stream = opendir(folder) else { return nil }
    defer { closedir(stream) }
    var entries: [FolderEntry] = []
    while let entry = readdir(stream) {
      guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return nil }
      let bytes = (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self)
      let name = FileName(bytes)
      guard name.text != ".", name.text != ".." else { continue }
      let type = Int(entry.pointee.d_type)
      let isLink = type == Int(DT_LNK)
      let kind: Kind =
        switch type {
        case Int(DT_REG): .file
        case Int(DT_DIR): .folder
        case Int(DT_LNK), Int(DT_UNKNOWN): Self.kind(at: name.isUTF8 ? folder + "/" + name.text : nil)
        default: .others
        }
      entries.append(FolderEntry(name: name, kind: kind, isLink: isLink))
    }
    return entries.sorted { $0.name.text < $1.name.text }
  }

  private static func kind(at path: String?) -> Kind {
    var status = stat()
    guard let path, stat(path, &status) == 0 else { return .others }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: return .others
    }
  }
}

/// The identity of a folder, by whichever path it is reached.
struct FolderIdentity: Hashable {
  private let device: UInt64
  private let number: UInt64

  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, number) = (UInt64(truncatingIfNeeded: status.st_dev), UInt64(truncatingIfNeeded: status.st_ino))
  }
}

/// The folder that a path leads to, without links.
struct ResolvedFolder {
  let path: String

  init?(_ path: String) {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    guard let text = String(validatingCString: resolved) else { return nil }
    self.path = text
  }

  /// Whether it is a folder of the system's own files, which have no end: processes and devices.
  var isOfSystem: Bool { ["/proc", "/sys", "/dev"].contains { ResolvedFolder(checked: $0).contains(self) } }

  private init(checked path: String) { self.path = path }

  /// Whether another folder is this one or in it.
  func contains(_ other: ResolvedFolder) -> Bool {
    other.path == path || other.path.hasPrefix(path == "/" ? "/" : path + "/")
  }
}
