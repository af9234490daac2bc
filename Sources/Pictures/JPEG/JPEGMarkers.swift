/// The facts from a JPEG's segments that libturbojpeg does not report.
///
/// The decoder reads everything else, and decides whether the file is valid.
struct JPEGMarkers {
  /// The orientation in the EXIF segment; upright if there is none.
  private(set) var orientation = Orientation.upright
  /// Whether there are several scans, so that a decoder must hold all coefficients of the picture.
  private(set) var hasSeveralScans = false
  /// The offset of the first scan's data, or the end of the bytes if there is none.
  private(set) var scanStart: Int
  // The numbered parts of the colour profile.
  private var profileParts: [(number: UInt8, count: UInt8, bytes: Range<Int>)] = []

  /// Reads the segments up to the first scan, in time proportional to their number.
  init(_ bytes: UnsafeRawBufferPointer) {
    let reader = ByteReader(bytes, bigEndian: true)
    scanStart = bytes.count
    var components: UInt8 = 0
    var hasOrientation = false
    var position = 2
    while let marker = Self.nextMarker(reader, &position) {
      guard let length = reader.uint16(position).map(Int.init), length >= 2 else { return }
      switch marker {
      case 0xC0...0xCF where marker != 0xC4 && marker != 0xC8 && marker != 0xCC:
        components = reader.byte(position + 7) ?? 0
        // Baseline and extended JPEGs, with Huffman or arithmetic coding, are sequential; the other kinds need several
        // scans.
        hasSeveralScans = marker != 0xC0 && marker != 0xC1 && marker != 0xC9
      case 0xE1 where !hasOrientation:
        if let found = Self.orientation(reader, segment: position + 2, end: position + length) {
          orientation = found
          hasOrientation = true
        }
      case 0xE2:
        if let part = Self.profilePart(reader, segment: position + 2, end: position + length) {
          profileParts.append(part)
        }
      case 0xDA:
        if let inScan = reader.byte(position + 2), inScan < components { hasSeveralScans = true }
        scanStart = min(bytes.count, position + length)
        return
      default: break
      }
      position += length
    }
  }

  /// Returns the next marker with a length, and moves `position` to that length.
  private static func nextMarker(_ reader: ByteReader, _ position: inout Int) -> UInt8? {
    while let byte = reader.byte(position) {
      position += 1
      guard byte == 0xFF, let marker = reader.byte(position) else { continue }
      switch marker {
      case 0xFF: continue
      case 0x00, 0x01, 0xD0...0xD8: position += 1
      case 0xD9: return nil
      default:
        position += 1
        return marker
      }
    }
    return nil
  }

  /// Returns the orientation from the first directory of an EXIF segment.
  private static func orientation(_ reader: ByteReader, segment: Int, end: Int) -> Orientation? {
    guard end <= reader.count, end - segment >= 14, reader.uint32(segment) == 0x4578_6966,
      reader.uint16(segment + 4) == 0
    else { return nil }
    var tiff = ByteReader(UnsafeRawBufferPointer(rebasing: reader.bytes[segment + 6..<end]), bigEndian: true)
    switch tiff.uint16(0) {
    case 0x4D4D: break
    case 0x4949: tiff.bigEndian = false
    default: return nil
    }
    guard tiff.uint16(2) == 42, let directory = tiff.uint32(4).map(Int.init), let entries = tiff.uint16(directory)
    else { return nil }
    for entry in 0..<Int(entries) {
      let at = directory + 2 + entry * 12
      guard let tag = tiff.uint16(at) else { return nil }
      // A short, or a long as some cameras write it.
      guard tag == 0x0112 else { continue }
      let value = tiff.uint16(at + 2) == 4 ? tiff.uint32(at + 8).map(Int.init) : tiff.uint16(at + 8).map(Int.init)
      return value.flatMap(Orientation.init(rawValue:))
    }
    return nil
  }

  /// Returns the part of a colour profile in an APP2 segment.
  private static func profilePart(
    _ reader: ByteReader, segment: Int, end: Int
  ) -> (number: UInt8, count: UInt8, bytes: Range<Int>)? {
    // "ICC_PROFILE" and a zero byte.
    guard end <= reader.count, end - segment > 14, reader.uint32(segment) == 0x4943_435F,
      reader.uint32(segment + 4) == 0x5052_4F46, reader.uint32(segment + 8) == 0x494C_4500,
      let number = reader.byte(segment + 12), let count = reader.byte(segment + 13)
    else { return nil }
    return (number, count, segment + 14..<end)
  }

  /// Returns the colour profile; `nil` if there is none, if a part of it is missing, or if it cannot be applied.
  func profile(in bytes: UnsafeRawBufferPointer) -> ColourProfile? {
    guard let count = profileParts.first?.count, profileParts.count == Int(count) else { return nil }
    let parts = profileParts.sorted { $0.number < $1.number }
    guard parts.map(\.number).elementsEqual(1...max(1, count)) else { return nil }
    return ColourProfile(parts.flatMap { bytes[$0.bytes] })
  }

  /// Returns the number of scans in the bytes from ``scanStart`` on.
  func scans(in bytes: UnsafeRawBufferPointer) -> Int {
    var count = 1
    var afterMark = false
    for byte in bytes[scanStart...] {
      if afterMark, byte == 0xDA { count += 1 }
      afterMark = byte == 0xFF
    }
    return count
  }

  /// Returns whether the end-of-image marker is in the bytes from ``scanStart`` on.
  func hasEnd(in bytes: UnsafeRawBufferPointer) -> Bool {
    var position = bytes.count - 1
    while position > scanStart {
      if bytes[position] == 0xD9, bytes[position - 1] == 0xFF { return true }
      position -= 1
    }
    return false
  }
}
