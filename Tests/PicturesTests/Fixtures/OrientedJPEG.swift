/// The JPEG fixture with an EXIF segment that gives an orientation.
enum OrientedJPEG {
  static func bytes(_ orientation: Int, bigEndian: Bool = true, long: Bool = false) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return bigEndian ? bytes.reversed() : bytes
    }
    var exif = Array("Exif".utf8) + [0, 0] + Array((bigEndian ? "MM" : "II").utf8) + number(42, 2) + number(8, 4)
    exif += number(2, 2)
    exif += number(0x010F, 2) + number(2, 2) + number(4, 4) + [65, 66, 67, 0]
    exif += number(0x0112, 2) + number(long ? 4 : 3, 2) + number(1, 4)
    exif += long ? number(orientation, 4) : number(orientation, 2) + [0, 0]
    exif += number(0, 4)
    let length = exif.count + 2
    let segment = [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + exif
    return Array(Fixture.jpeg.bytes[..<2]) + segment + Fixture.jpeg.bytes[2...]
  }
}
