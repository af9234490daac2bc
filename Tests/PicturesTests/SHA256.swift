/// The SHA-256 digest, for golden values.
enum SHA256 {
  static func hexadecimal(_ bytes: [UInt8]) -> String {
    var state = firstPrimes.prefix(8).map { fraction(Double($0).squareRoot()) }
    let constants = firstPrimes.map { fraction(cubeRoot($0)) }
    var message = bytes + [0x80]
    message += [UInt8](repeating: 0, count: (120 - message.count % 64) % 64)
    message += (0..<8).map { UInt8(truncatingIfNeeded: (bytes.count * 8) >> (56 - 8 * $0)) }
    for start in stride(from: 0, to: message.count, by: 64) {
      var words = (0..<16).map { word in
        (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(message[start + 4 * word + $1]) }
      }
      for i in 16..<64 {
        let a = words[i - 15]
        let b = words[i - 2]
        words.append(
          words[i - 16] &+ (turn(a, 7) ^ turn(a, 18) ^ a >> 3) &+ words[i - 7] &+ (turn(b, 17) ^ turn(b, 19) ^ b >> 10))
      }
      var s = state
      for i in 0..<64 {
        let one =
          s[7] &+ (turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25)) &+ (s[4] & s[5] ^ ~s[4] & s[6]) &+ constants[i]
          &+ words[i]
        let two = (turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22)) &+ (s[0] & s[1] ^ s[0] & s[2] ^ s[1] & s[2])
        s = [one &+ two, s[0], s[1], s[2], s[3] &+ one, s[4], s[5], s[6]]
      }
      for i in 0..<8 { state[i] &+= s[i] }
    }
    return state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private static func turn(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }

  private static let firstPrimes: [Int] = (2...311).filter { n in !(2..<n).contains { n % $0 == 0 } }

  private static func fraction(_ number: Double) -> UInt32 {
    UInt32((number - number.rounded(.down)) * 4_294_967_296)
  }

  private static func cubeRoot(_ number: Int) -> Double {
    var root = Double(number) / 2
    for _ in 0..<60 { root -= (root * root * root - Double(number)) / (3 * root * root) }
    return root
  }
}
