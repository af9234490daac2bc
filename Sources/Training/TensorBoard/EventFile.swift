import ModelSurgery

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

/// A file of numbers over time, as TensorBoard reads it: TFRecords of `tf.Event`.
///
/// What is added is in the file at once, so that it can be watched while it grows. A number that cannot be written, as on a
/// full disk, is left out: training goes on without it.
final class EventFile {
  private let descriptor: Int32
  private var byteCount = 0

  /// A new file in a folder, with a name that TensorBoard knows as one of its own.
  init(in folder: URL, at time: Date = Date()) {
    let name = "events.out.tfevents.\(Int(time.timeIntervalSince1970)).imprint.\(getpid())"
    descriptor = open(folder.appending(path: name).path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    add(EventMessage(time: time.timeIntervalSince1970, version: "brain.Event:2"))
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Adds numbers of a step.
  func add(_ values: [(tag: String, value: Double)], step: Int, at time: Date = Date()) {
    add(EventMessage(time: time.timeIntervalSince1970, step: step, values: values))
  }

  private func add(_ message: EventMessage) {
    guard descriptor >= 0 else { return }
    let length = withUnsafeBytes(of: UInt64(message.bytes.count).littleEndian) { Array($0) }
    let record = length + Self.checksum(length) + message.bytes + Self.checksum(message.bytes)
    if record.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == record.count {
      byteCount += record.count
    } else {
      // A piece of a record would hide all that comes behind it.
      _ = ftruncate(descriptor, off_t(byteCount))
    }
  }

  private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
    let checksum = bytes.withUnsafeBytes { CRC32C(of: $0).masked }
    return withUnsafeBytes(of: checksum.littleEndian) { Array($0) }
  }
}
