#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif
public import Platform
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file that is written completely or not at all.
///
/// The bytes go to a new file beside the target, which is flushed to the disk and then replaces the target in one step.
/// If anything fails, the target is unchanged and the new file is removed. If the process is killed, the next write to the
/// same folder removes the new file. Links are followed, the target's permissions are kept, and a target that is not a
/// regular file, such as `/dev/null`, is written to directly.
public struct AtomicFile: Sendable {
  private let path: String
  private let isCached: Bool

  /// Creates a value for a path, and does not touch the file.
  public init(_ url: URL) {
    path = url.path
    isCached = false
  }

  /// Creates a value for a file of a cache: only this user can read and write it, and it is not flushed to the disk,
  /// because a checksum shows whether it is complete.
  package init(cached url: URL) {
    path = url.path
    isCached = true
  }

  /// Writes some text as UTF-8.
  ///
  /// - Throws: ``AtomicFileError/cannotWrite(path:reason:)`` with the system's text, such as `No space left on device`.
  public func write(_ text: String) throws(AtomicFileError) { try write([Bytes(Array(text.utf8))]) }

  /// Writes runs of bytes, one after the other.
  ///
  /// - Throws: ``AtomicFileError/cannotWrite(path:reason:)`` with the system's text, such as `No space left on device`.
  public func write(_ pieces: [Bytes]) throws(AtomicFileError) { try Self.write([(self, pieces)]) }

  /// Writes several files: first all new files, then each replaces its target, in the given order.
  ///
  /// If the disk is full, no target changes. A process that is killed between two replacements, which take microseconds,
  /// leaves the first targets new and the others old.
  ///
  /// - Throws: ``AtomicFileError/cannotWrite(path:reason:)``.
  package static func write(_ files: [(file: AtomicFile, pieces: [Bytes])]) throws(AtomicFileError) {
    var written: [TemporaryFile?] = []
    for (file, pieces) in files { written.append(try file.prepare(pieces)) }
    for ((file, pieces), temporary) in zip(files, written) {
      if let temporary { try temporary.replaceTarget() } else { try file.writeDirectly(pieces) }
    }
    let durable = zip(files, written).filter { !$0.0.file.isCached }.compactMap { $0.1?.folder }
    for folder in Set(durable) { flush(folder: folder) }
  }

  /// Flushes the new names in a folder to the disk, if the system can; the files themselves are on the disk already.
  private static func flush(folder: String) {
    let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Returns a new file that is to replace the target, or nil where the target is to be written to directly.
  private func prepare(_ pieces: [Bytes]) throws(AtomicFileError) -> TemporaryFile? {
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR { throw failure("it is a folder") }
    if exists, access(path, W_OK) != 0 { throw failure() }
    if exists, status.st_mode & S_IFMT != S_IFREG { return nil }
    let mode = isCached ? 0o600 : exists ? status.st_mode & 0o777 : nil
    let file = try TemporaryFile(for: realPath, named: path, mode: mode)
    try pieces.write(to: file.descriptor, path: path)
    if !isCached, retried({ fsync(file.descriptor) }) != 0 { throw failure() }
    return file
  }

  /// The path, with links resolved if the file exists.
  private var realPath: String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private func writeDirectly(_ pieces: [Bytes]) throws(AtomicFileError) {
    // Without O_NONBLOCK, opening a pipe would wait for a reader.
    let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure(errno == ENXIO ? "it is a pipe that nothing reads" : nil) }
    defer { close(descriptor) }
    let flags = fcntl(descriptor, F_GETFL)
    if flags >= 0 { _ = fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) }
    try pieces.write(to: descriptor, path: path)
  }

  private func failure(_ reason: String? = nil) -> AtomicFileError {
    .cannotWrite(path: path, reason: reason ?? systemReason(errno))
  }
}

/// A new file beside its target, removed unless it replaces the target.
///
/// Its process holds a lock on it, so that other processes can tell it from one that a killed process left.
private final class TemporaryFile {
  let descriptor: Int32
  /// The folder of the target, with a slash at the end; empty for the current folder.
  let folder: String

  private let path, target, name: String
  private var isDone = false

  /// Creates an empty file in the target's folder, from which the remains of killed processes are removed.
  ///
  /// - Parameters:
  ///   - target: The path that the file is to replace.
  ///   - name: The path for errors.
  ///   - mode: The permissions, or nil for the usual ones.
  init(for target: String, named name: String, mode: mode_t?) throws(AtomicFileError) {
    func failure() -> AtomicFileError { .cannotWrite(path: name, reason: systemReason(errno)) }
    folder = target.lastIndex(of: "/").map { String(target[...$0]) } ?? ""
    AbandonedFiles.remove(from: folder)
    var made: (path: String, descriptor: Int32)?
    while made == nil {
      let path = "\(folder)\(AbandonedFiles.start)\(String(UInt64.random(in: .min ... .max), radix: 36)).tmp"
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode == 0o600 ? 0o600 : 0o666)
      guard descriptor >= 0 else { throw failure() }
      // Some file systems have no locks. Before it was locked, another process may have removed the file.
      _ = retried { flock(descriptor, LOCK_EX) }
      var status = stat()
      if fstat(descriptor, &status) == 0, status.st_nlink == 0 { close(descriptor) } else { made = (path, descriptor) }
    }
    self.target = target
    self.name = name
    (path, descriptor) = made ?? ("", -1)
    if let mode, fchmod(descriptor, mode) != 0 { throw failure() }
  }

  deinit {
    if !isDone { unlink(path) }
    close(descriptor)
  }

  /// Renames the file to the target.
  func replaceTarget() throws(AtomicFileError) {
    guard rename(path, target) == 0 else { throw .cannotWrite(path: name, reason: systemReason(errno)) }
    isDone = true
  }
}

extension [Bytes] {
  /// Writes all bytes to an open file; `path` names it in errors.
  fileprivate func write(to descriptor: Int32, path: String) throws(AtomicFileError) {
    for piece in self {
      try piece.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(AtomicFileError) in
        var rest = bytes[...]
        while !rest.isEmpty {
          let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
          let written = retried { posixWrite(descriptor, part.baseAddress, part.count) }
          guard written > 0 else { throw .cannotWrite(path: path, reason: systemReason(errno)) }
          rest = rest.dropFirst(written)
        }
      }
    }
  }
}

/// Repeats a system call for as long as signals interrupt it.
private func retried<Number: SignedInteger>(_ call: () -> Number) -> Number {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}

// Within a type with a method `write`, the name means that method.
private func posixWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

/// Why a file cannot be written. A file that was at the path before is unchanged.
public struct AtomicFileError: DescribedError {
  /// The kinds of error.
  public enum Code: String, Sendable {
    case cannotWrite
  }

  public let code: Code
  public let message: String
  public var remedy: String? { nil }
  /// The path of the file.
  public let path: String
  /// The system's message.
  public let reason: String

  /// The system refused to write a file; `reason` is the system's text.
  public static func cannotWrite(path: String, reason: String) -> Self {
    Self(code: .cannotWrite, message: "\(path) cannot be written: \(reason)", path: path, reason: reason)
  }
}
