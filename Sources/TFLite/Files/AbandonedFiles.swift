#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Files and folders that a process makes for itself and locks, and that it leaves if it is killed.
package enum AbandonedFiles {
  /// The start of the names of the files that are to replace others.
  static let start = ".imprint-"

  /// Removes the unlocked files of this user that an ``AtomicFile`` made in a folder.
  ///
  /// - Parameter folder: The folder's path with a slash at the end, or an empty text for the current folder.
  /// - Complexity: O(entries of the folder).
  static func remove(from folder: String) {
    for name in names(in: folder, from: start, to: ".tmp") {
      _ = withUnlocked(folder + name, isFolder: false) { unlink(folder + name) }
    }
  }

  /// Returns the names in a folder that begin and end with these texts.
  package static func names(in folder: String, from start: String, to end: String) -> [String] {
    guard let list = opendir(folder.isEmpty ? "." : folder) else { return [] }
    defer { closedir(list) }
    let (first, last) = (Array(start.utf8), Array(end.utf8))
    var names: [String] = []
    while let entry = readdir(list) {
      withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        let name = bytes.prefix { $0 != 0 }
        if name.count > first.count + last.count, name.starts(with: first), name.suffix(last.count).elementsEqual(last)
        {
          names.append(String(decoding: name, as: UTF8.self))
        }
      }
    }
    return names
  }

  /// Runs `work` while this process holds the lock of a file or folder, where it belongs to this user and no other process
  /// holds it; returns false otherwise, also where the file system has no locks.
  package static func withUnlocked(_ path: String, isFolder: Bool, _ work: () -> Void) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == (isFolder ? S_IFDIR : S_IFREG),
      status.st_uid == geteuid(),
      flock(descriptor, LOCK_EX | LOCK_NB) == 0
    else { return false }
    work()
    return true
  }
}
