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
/// If anything fails, the target is unchanged and the new file is removed. Links are followed, the target's permissions
/// are kept, and a target that is not a regular file, such as `/dev/stdout`, is written to directly.
public struct AtomicFile: Sendable {
  private let path: String

  /// Creates a value for a path, and does not touch the file.
  public init(_ url: URL) { path = url.path }

  /// Writes some text as UTF-8.
  ///
  /// - Throws: ``AtomicFileError/cannotWrite(path:reason:)`` with the system's text, such as `No space left on device`.
  public func write(_ text: String) throws(AtomicFileError) { try write([Bytes(Array(text.utf8))]) }

  /// Writes runs of bytes, one after the other.
  ///
  /// - Throws: ``AtomicFileError/cannotWrite(path:reason:)`` with the system's text, such as `No space left on device`.
  public func write(_ pieces: [Bytes]) throws(AtomicFileError) {
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR { throw failure("it is a folder") }
    if exists, access(path, W_OK) != 0 { throw failure() }
    if exists, status.st_mode & S_IFMT != S_IFREG {
      try writeDirectly(pieces)
    } else {
      try replace(realPath, with: pieces, mode: exists ? status.st_mode & 0o777 : nil)
    }
  }

  /// The path, with links resolved if the file exists.
  private var realPath: String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private func replace(_ target: String, with pieces: [Bytes], mode: mode_t?) throws(AtomicFileError) {
    let folder = target.lastIndex(of: "/").map { String(target[...$0]) } ?? ""
    let temporary = "\(folder).\(String(UInt64.random(in: .min ... .max), radix: 36)).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure() }
    var isOpen = true
    var isDone = false
    defer {
      if isOpen { close(descriptor) }
      if !isDone { unlink(temporary) }
    }
    if let mode, fchmod(descriptor, mode) != 0 { throw failure() }
    try write(pieces, to: descriptor)
    guard repeated({ fsync(descriptor) }) == 0 else { throw failure() }
    isOpen = false
    guard close(descriptor) == 0 else { throw failure() }
    guard rename(temporary, target) == 0 else { throw failure() }
    isDone = true
    flush(folder: folder.isEmpty ? "." : folder)
  }

  private func writeDirectly(_ pieces: [Bytes]) throws(AtomicFileError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure() }
    defer { close(descriptor) }
    try write(pieces, to: descriptor)
  }

  private func write(_ pieces: [Bytes], to descriptor: Int32) throws(AtomicFileError) {
    for piece in pieces {
      try piece.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(AtomicFileError) in
        var rest = bytes[...]
        while !rest.isEmpty {
          let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
          let written = repeated { posixWrite(descriptor, part.baseAddress, part.count) }
          guard written > 0 else { throw failure() }
          rest = rest.dropFirst(written)
        }
      }
    }
  }

  /// Flushes the new name in the folder to the disk, if the system can; the file itself is on the disk already.
  private func flush(folder: String) {
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Repeats a system call for as long as signals interrupt it.
  private func repeated<Number: SignedInteger>(_ call: () -> Number) -> Number {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }

  private func failure(_ reason: String? = nil) -> AtomicFileError {
    .cannotWrite(path: path, reason: reason ?? systemReason(errno))
  }
}

// Within the type, `write` means its own methods.
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
