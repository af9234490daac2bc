#if canImport(Darwin)
  package import Darwin
#elseif canImport(Glibc)
  package import Glibc
#elseif canImport(Musl)
  package import Musl
#endif

/// Who may write to a file or folder: whether this process may run what is in it, or believe it without a further check.
package enum FileOwner {
  /// Returns whether a file or folder belongs to this user, to root or to `other`, and no other user may write to it.
  ///
  /// A group that has the number of the owner is the owner's own: many systems give every user such a group, and let it
  /// write by default.
  package static func isTrusted(_ status: stat, orOf other: uid_t? = nil) -> Bool {
    guard [geteuid(), 0, other].contains(status.st_uid) else { return false }
    return status.st_mode & S_IWOTH == 0 && (status.st_mode & S_IWGRP == 0 || status.st_gid == status.st_uid)
  }

  /// Returns whether only this user, root and `other` can change what a path leads to: the file, its folder, and where the path
  /// holds links, also the folder that it names.
  package static func isTrusted(path: String, orOf other: uid_t? = nil) -> Bool {
    guard let resolved = realpath(path, nil) else { return false }
    defer { free(resolved) }
    let real = String(cString: resolved)
    return [path, real].flatMap { [$0, folder(of: $0)] }.allSatisfy { place in
      var status = stat()
      return stat(place, &status) == 0 && isTrusted(status, orOf: other)
    }
  }

  /// Returns the owner of a file; nil where there is none.
  static func owner(ofPath path: String) -> uid_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_uid : nil
  }

  private static func folder(of path: String) -> String {
    guard let end = path.lastIndex(of: "/") else { return "." }
    return end == path.startIndex ? "/" : String(path[..<end])
  }
}
