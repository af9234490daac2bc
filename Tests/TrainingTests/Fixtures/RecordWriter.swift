import Foundation

/// Writes TFRecord files of `tf.Example`, directly after the description of the format.
enum RecordWriter {
  enum Feature {
    case bytes([[UInt8]])
    case floats([Float])
    case integers([Int64])
    case unpackedIntegers([Int64])
  }

  /// Returns a record with its checksums.
  static func record(_ data: [UInt8]) -> [UInt8] {
    let length = little(UInt64(data.count))
    return length + little(masked(length)) + data + little(masked(data))
  }

  /// Returns an example of a picture and its label.
  static func example(_ picture: [UInt8], label: Int64, text: String? = nil) -> [UInt8] {
    example(
      [("image/encoded", .bytes([picture])), ("image/class/label", .integers([label]))]
        + (text.map { [("image/class/text", .bytes([Array($0.utf8)]))] } ?? []))
  }

  static func example(_ features: [(String, Feature)]) -> [UInt8] {
    run(1, features.flatMap { name, feature in run(1, run(1, Array(name.utf8)) + run(2, list(feature))) })
  }

  private static func list(_ feature: Feature) -> [UInt8] {
    switch feature {
    case .bytes(let runs): run(1, runs.flatMap { run(1, $0) })
    case .floats(let floats): run(2, run(1, floats.flatMap { little($0.bitPattern) }))
    case .integers(let integers): run(3, run(1, integers.flatMap { integer(UInt64(bitPattern: $0)) }))
    case .unpackedIntegers(let integers): run(3, integers.flatMap { [1 << 3] + integer(UInt64(bitPattern: $0)) })
    }
  }

  /// Returns a length-delimited field.
  static func run(_ field: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    [field << 3 | 2] + integer(UInt64(bytes.count)) + bytes
  }

  static func integer(_ value: UInt64) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + integer(value >> 7)
  }

  static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  static func masked(_ bytes: [UInt8]) -> UInt32 {
    let crc = checksum(bytes)
    return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
  }

  /// Returns the CRC-32C, computed bit by bit.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0x82F6_3B78 : crc >> 1 }
    }
    return ~crc
  }
}
