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

/// An event file of TensorBoard: TFRecords of `tf.Event` with scalars over time.
///
/// Scalars are written immediately, so that TensorBoard can show them during training. If scalars cannot be written, for
/// example because the disk is full, they are dropped and training continues.
final class EventFile {
  private let descriptor: Int32
  private var byteCount = 0

  /// Creates a file in a folder, with a name that TensorBoard recognises.
  init(in folder: URL, at time: Date = Date()) {
    let name = "events.out.tfevents.\(Int(time.timeIntervalSince1970)).imprint.\(getpid())"
    descriptor = open(folder.appending(path: name).path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    add(EventMessage(time: time.timeIntervalSince1970, version: "brain.Event:2"))
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Writes the scalars of a step.
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
      // An incomplete record would make all later ones unreadable.
      _ = ftruncate(descriptor, off_t(byteCount))
    }
  }

  private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
    let checksum = bytes.withUnsafeBytes { CRC32C(of: $0).masked }
    return withUnsafeBytes(of: checksum.littleEndian) { Array($0) }
  }
}

/// A `tf.Event` in the wire format of Protocol Buffers.
struct EventMessage {
  let bytes: [UInt8]

  /// Creates the first event of a file, which holds the format's version.
  init(time: Double, version: String) {
    bytes = Self.double(1, time) + Self.block(3, Array(version.utf8))
  }

  /// Creates an event with the scalars of a step by their tags.
  init(time: Double, step: Int, values: [(tag: String, value: Double)]) {
    let summary = values.flatMap { tag, value in
      Self.block(1, Self.block(1, Array(tag.utf8)) + Self.float(2, Float(value)))
    }
    bytes = Self.double(1, time) + Self.varint(2 << 3) + Self.varint(UInt64(max(0, step))) + Self.block(5, summary)
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(truncatingIfNeeded: rest)]
  }

  private static func double(_ field: UInt64, _ value: Double) -> [UInt8] {
    varint(field << 3 | 1) + withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
  }

  private static func float(_ field: UInt64, _ value: Float) -> [UInt8] {
    varint(field << 3 | 5) + withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
  }

  private static func block(_ field: UInt64, _ contents: [UInt8]) -> [UInt8] {
    varint(field << 3 | 2) + varint(UInt64(contents.count)) + contents
  }
}
