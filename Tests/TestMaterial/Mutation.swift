/// A random number generator that gives the same numbers in every run.
public struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  public init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}

/// Random damage to a file, of kinds that reveal a reader's unchecked assumptions.
public enum Mutation {
  /// Damages one to five places of a file.
  public static func mutate(_ bytes: inout [UInt8], using generator: inout SeededGenerator) {
    for _ in 0..<Int.random(in: 1...5, using: &generator) {
      let position = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: bytes[position] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2:
        put([0, 1, 4, 0x7FFF_FFFF, 0x8000_0000, .max].randomElement(using: &generator) ?? 0, near: position, &bytes)
      case 3: put(word(near: Int.random(in: 0..<bytes.count, using: &generator), bytes), near: position, &bytes)
      default:
        let change = UInt32(bitPattern: Int32.random(in: -64...64, using: &generator))
        put(word(near: position, bytes) &+ change, near: position, &bytes)
      }
    }
  }

  private static func word(near position: Int, _ bytes: [UInt8]) -> UInt32 {
    let start = min(position & ~3, bytes.count - 4)
    return (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) }
  }

  private static func put(_ word: UInt32, near position: Int, _ bytes: inout [UInt8]) {
    let start = min(position & ~3, bytes.count - 4)
    for index in 0..<4 { bytes[start + index] = UInt8(truncatingIfNeeded: word >> (8 * UInt32(index))) }
  }
}
