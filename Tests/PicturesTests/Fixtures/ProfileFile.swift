import Pictures

/// A colour profile, and pictures that embed it.
struct ProfileFile {
  /// The light of a value: a power of it, or the curve of sRGB.
  enum Curve {
    case gamma(Double), sRGB
  }

  /// The X, Y and Z of red, green and blue; none for grey.
  var primaries: [[Double]] = Self.sRGB
  var curve = Curve.sRGB
  /// Further tags, such as tables of colours.
  var others: [(String, [UInt8])] = []

  static let sRGB = [[0.4361, 0.2225, 0.0139], [0.3851, 0.7169, 0.0971], [0.1431, 0.0606, 0.7141]]
  static let displayP3 = [[0.5151, 0.2412, -0.0011], [0.2919, 0.6922, 0.0419], [0.1571, 0.0666, 0.7841]]

  private static func number(_ value: Int, _ count: Int = 4) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
  }

  private static func fixed(_ values: [Double]) -> [UInt8] {
    values.flatMap { number(Int(($0 * 65536).rounded())) }
  }

  private static func tag(_ type: String, _ body: [UInt8]) -> [UInt8] { Array(type.utf8) + number(0) + body }

  private var curveTag: [UInt8] {
    switch curve {
    case .gamma(let gamma): Self.tag("para", Self.number(0, 2) + Self.number(0, 2) + Self.fixed([gamma]))
    case .sRGB:
      Self.tag(
        "para", Self.number(3, 2) + Self.number(0, 2) + Self.fixed([2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]))
    }
  }

  var bytes: [UInt8] {
    var tags: [(String, [UInt8])] = [("wtpt", Self.tag("XYZ ", Self.fixed([0.9642, 1, 0.8249])))]
    if primaries.isEmpty {
      tags.append(("kTRC", curveTag))
    } else {
      tags += zip(["rXYZ", "gXYZ", "bXYZ"], primaries).map { ($0, Self.tag("XYZ ", Self.fixed($1))) }
      tags += ["rTRC", "gTRC", "bTRC"].map { ($0, curveTag) }
    }
    tags += others
    var list = Self.number(tags.count)
    var contents: [UInt8] = []
    for (name, body) in tags {
      list += Array(name.utf8) + Self.number(132 + 12 * tags.count + contents.count) + Self.number(body.count)
      contents += body + Array(repeating: 0, count: (4 - body.count % 4) % 4)
    }
    var header = Self.number(132 - 4 + 4 + 12 * tags.count + contents.count) + Self.number(0) + [2, 0x40, 0, 0]
    header += Array("mntr".utf8) + Array((primaries.isEmpty ? "GRAY" : "RGB ").utf8) + Array("XYZ ".utf8)
    header += Self.number(0) + Self.number(0) + Self.number(0) + Array("acsp".utf8)
    header += Array(repeating: 0, count: 28) + Self.fixed([0.9642, 1, 0.8249]) + Array(repeating: 0, count: 48)
    return header + list + contents
  }

  /// Returns a JPEG with the profile, in segments of up to `most` bytes.
  func embedded(inJPEG jpeg: [UInt8], most: Int = 60_000) -> [UInt8] {
    let bytes = bytes
    let parts = stride(from: 0, to: bytes.count, by: most).map { Array(bytes[$0..<min($0 + most, bytes.count)]) }
    var segments: [UInt8] = []
    for (index, part) in parts.enumerated() {
      segments += [0xFF, 0xE2] + Self.number(part.count + 16, 2) + Array("ICC_PROFILE".utf8)
      segments += [0, UInt8(index + 1), UInt8(parts.count)] + part
    }
    return Array(jpeg[..<2]) + segments + Array(jpeg[2...])
  }

  /// Returns a PNG with the profile before its pixels.
  func embedded(inPNG png: [UInt8]) -> [UInt8] {
    let chunk = PNGChunk("iCCP", Array("x".utf8) + [0, 0] + PNGChunk.deflated(bytes))
    return Array(png[..<33]) + chunk.bytes + Array(png[33...])
  }
}

/// A chunk of a PNG file.
struct PNGChunk {
  let bytes: [UInt8]

  init(_ name: String, _ data: [UInt8]) {
    let named = Array(name.utf8) + data
    var sum = UInt32.max
    for byte in named {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    bytes = Self.number(UInt32(data.count)) + named + Self.number(~sum)
  }

  /// Returns bytes as zlib stores them uncompressed.
  static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var packed: [UInt8] = [0x78, 0x01]
    for start in stride(from: 0, to: max(1, bytes.count), by: 65_535) {
      let part = bytes[start..<min(start + 65_535, bytes.count)]
      let count = UInt16(part.count)
      packed.append(start + 65_535 >= bytes.count ? 1 : 0)
      for word in [count, ~count] { packed += [UInt8(word & 255), UInt8(word >> 8)] }
      packed += part
    }
    var (low, high): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      low = (low + UInt32(byte)) % 65_521
      high = (high + low) % 65_521
    }
    return packed + number(high << 16 | low)
  }

  static func number(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 255) } }
}
