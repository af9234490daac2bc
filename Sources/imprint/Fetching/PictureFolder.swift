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

/// The folder that pictures are fetched into, which one command at a time writes to.
final class PictureFolder: Sendable {
  let url: URL
  /// A hidden folder in it for what is under way: on the same disk, so that whole files are moved in one step.
  let underWay: URL
  private let lock: Int32

  /// Makes the folder where there is none, and holds it until ``close()``.
  ///
  /// - Throws: ``TFLiteError/cannotWrite(path:reason:)``.
  init(_ url: URL) throws(TFLiteError) {
    self.url = url
    underWay = url.appending(path: ".under-way", directoryHint: .isDirectory)
    try OutputFile.makeFolder(of: url.appending(path: ".under-way").appending(path: "part"))
    lock = open(underWay.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard lock >= 0 else { throw .cannotWrite(path: underWay.path, reason: String(cString: strerror(errno))) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      systemClose(lock)
      throw .cannotWrite(path: url.path, reason: "another 'imprint fetch' is at work in it")
    }
  }

  /// Lets go of the folder, and removes the hidden one where nothing is under way in it any more.
  func close() {
    rmdir(underWay.path)
    systemClose(lock)
  }
}

// Within the type its own `close` stands before the system's.
private func systemClose(_ descriptor: Int32) { close(descriptor) }
