/// A 64-bit checksum that finds damage: XXH64 of Yann Collet (xxHash, version 0.8).
///
/// A change within eight bytes is always found, any other one but for one in 2⁶⁴. It reads 14 GB a second on one core, several
/// times as fast as SHA-256. It does not stop somebody who wants to deceive: they can compute it as well.
package enum Checksum {
  /// Returns the checksum of some bytes.
  ///
  /// - Complexity: O(bytes).
  package static func of(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
    func word(_ place: Int) -> UInt64 {
      UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
    }
    var place = 0
    var sum: UInt64
    if bytes.count >= 32 {
      var (one, two, three, four) = (seed &+ prime1 &+ prime2, seed &+ prime2, seed, seed &- prime1)
      while bytes.count - place >= 32 {
        one = round(one, word(place))
        two = round(two, word(place + 8))
        three = round(three, word(place + 16))
        four = round(four, word(place + 24))
        place += 32
      }
      sum = rotated(one, 1) &+ rotated(two, 7) &+ rotated(three, 12) &+ rotated(four, 18)
      for lane in [one, two, three, four] { sum = (sum ^ round(0, lane)) &* prime1 &+ prime4 }
    } else {
      sum = seed &+ prime5
    }
    sum = sum &+ UInt64(bytes.count)
    while bytes.count - place >= 8 {
      sum = rotated(sum ^ round(0, word(place)), 27) &* prime1 &+ prime4
      place += 8
    }
    if bytes.count - place >= 4 {
      let half = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
      sum = rotated(sum ^ UInt64(half) &* prime1, 23) &* prime2 &+ prime3
      place += 4
    }
    while place < bytes.count {
      sum = rotated(sum ^ UInt64(bytes[place]) &* prime5, 11) &* prime1
      place += 1
    }
    sum = (sum ^ sum >> 33) &* prime2
    sum = (sum ^ sum >> 29) &* prime3
    return sum ^ sum >> 32
  }

  private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    rotated(lane &+ word &* prime2, 31) &* prime1
  }

  private static func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 { word << bits | word >> (64 - bits) }

  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5
}
