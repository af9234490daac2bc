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

/// Checks output files before the work starts.
enum OutputFile {
  /// Checks that a file can be written: its folder exists, and if it exists itself, that it is a file.
  ///
  /// `/dev/null` and the pipes of other programs in `/dev/fd` are accepted. A named pipe would block the command until
  /// another program reads it, and a device would lose what is on it.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - makingFolders: Whether its folder may be missing, because it will be created.
  /// - Throws: ``AtomicFileError/cannotWrite(path:reason:)``.
  static func check(_ file: URL, makingFolders: Bool = false) throws(AtomicFileError) {
    if let status = status(of: file) {
      if let reason = objection(to: file, status) { throw .cannotWrite(path: file.path, reason: reason) }
      // Only a new file is made beside its target; anything else is written to directly.
      guard status.st_mode & S_IFMT == S_IFREG else { return }
    }
    var isFolder = false
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

  /// Checks that a file can be written and would not overwrite an input.
  ///
  /// - Throws: The errors of ``check(_:makingFolders:)``, and ``UsageError``.
  static func check(_ file: URL, makingFolders: Bool = false, notReplacing sources: [URL]) throws {
    try check(file, makingFolders: makingFolders)
    for source in sources where isSame(file, source) { throw replacing(file) }
  }

  /// Checks that none of the files is one of the pictures that the command reads.
  ///
  /// - Throws: ``UsageError``.
  /// - Complexity: O(pictures), where one of the files exists; otherwise O(files).
  static func check(_ files: [URL], notReplacing pictures: [URL]) throws {
    let known = files.compactMap { file in status(of: file).map { (file, $0) } }
    guard !known.isEmpty else { return }
    for picture in pictures {
      guard let status = status(of: picture) else { continue }
      for (file, other) in known where status.st_ino == other.st_ino && status.st_dev == other.st_dev {
        throw replacing(file)
      }
    }
  }

  private static func replacing(_ file: URL) -> UsageError {
    UsageError("\(file.relativePath) would overwrite an input file", remedy: "choose another name")
  }

  /// Whether a path leads to something that is neither a file nor a folder, such as `/dev/null`.
  static func isSpecial(_ file: URL) -> Bool {
    status(of: file).map { ![S_IFREG, S_IFDIR].contains($0.st_mode & S_IFMT) } ?? false
  }

  /// Returns why an existing file must not be written; nil if it may be.
  private static func objection(to file: URL, _ status: stat) -> String? {
    let kind = status.st_mode & S_IFMT
    if kind == S_IFDIR { return "it is a folder" }
    let real = file.resolvingSymlinksInPath().path
    if kind == S_IFCHR, ["/dev/null", "/dev/full"].contains(real) { return nil }
    for stream in [STDOUT_FILENO, STDERR_FILENO] {
      var own = stat()
      if fstat(stream, &own) == 0, own.st_ino == status.st_ino, own.st_dev == status.st_dev {
        return "the command prints its report and its messages there"
      }
    }
    guard kind == S_IFREG || isOpenPipe(file) else {
      return kind == S_IFIFO ? "it is a pipe" : kind == S_IFSOCK ? "it is a socket" : "it is a device"
    }
    return access(file.path, W_OK) == 0 ? nil : String(cString: strerror(errno))
  }

  /// Whether a path names a pipe that this process already has open, as a shell's `>(…)` does.
  private static func isOpenPipe(_ file: URL) -> Bool {
    ["/dev/fd/", "/proc/self/fd/"].contains { file.path.hasPrefix($0) }
  }

  private static func status(of file: URL) -> stat? {
    var status = stat()
    return stat(file.path, &status) == 0 ? status : nil
  }

  /// Whether two URLs lead to the same file.
  static func isSame(_ one: URL, _ other: URL) -> Bool {
    one.resolvingSymlinksInPath().standardizedFileURL.path == other.resolvingSymlinksInPath().standardizedFileURL.path
  }

  /// Creates the folder of a file, and missing folders above it.
  ///
  /// - Throws: ``AtomicFileError/cannotWrite(path:reason:)`` with the system's message.
  static func makeFolder(of file: URL) throws(AtomicFileError) {
    let folder = file.deletingLastPathComponent()
    guard !FileManager.default.fileExists(atPath: folder.path) else { return }
    try makeFolder(of: folder)
    guard mkdir(folder.path, 0o777) == 0 || errno == EEXIST else {
      throw .cannotWrite(path: folder.path, reason: String(cString: strerror(errno)))
    }
  }
}

/// A temporary folder that only this user can read.
///
/// Its process holds a lock on it. If the process is killed, the next one that needs such a folder removes it.
final class ScratchFolder: Sendable {
  let url: URL

  private let descriptor: Int32
  private static let start = "imprint-scratch-"

  /// Creates the folder in `TMPDIR`, or in `/tmp`.
  ///
  /// - Throws: ``AtomicFileError/cannotWrite(path:reason:)``.
  init() throws(AtomicFileError) {
    let parent = FileManager.default.temporaryDirectory
    for name in AbandonedFiles.names(in: parent.path, from: Self.start, to: "") {
      let path = parent.appending(path: name).path
      _ = AbandonedFiles.withUnlocked(path, isFolder: true) { try? FileManager.default.removeItem(atPath: path) }
    }
    var made = try Self.make(in: parent)
    // Before it was locked, another process may have taken it for an abandoned one and removed it.
    while made.descriptor >= 0, access(made.path, F_OK) != 0 {
      close(made.descriptor)
      made = try Self.make(in: parent)
    }
    url = URL(filePath: made.path, directoryHint: .isDirectory)
    descriptor = made.descriptor
  }

  /// Makes a folder and locks it; the descriptor is −1 where it cannot be opened, and some file systems have no locks.
  private static func make(in parent: URL) throws(AtomicFileError) -> (path: String, descriptor: Int32) {
    var path = Array(parent.appending(path: "\(start)XXXXXX").path.utf8CString)
    guard mkdtemp(&path) != nil else {
      throw .cannotWrite(path: parent.path, reason: String(cString: strerror(errno)))
    }
    let name = String(decoding: path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let descriptor = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor >= 0 { _ = flock(descriptor, LOCK_SH) }
    return (name, descriptor)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Removes the folder and its contents.
  func remove() { try? FileManager.default.removeItem(at: url) }
}
