import TFLite

/// Unpacks what was packed by DEFLATE, the method of most zips (RFC 1951).
struct Deflate {
  private var bits: BitReader
  private var output: [UInt8] = []
  private let count: Int

  /// Unpacks bytes to exactly `count`.
  ///
  /// - Returns: nil where the bytes break the method's rules, or do not make so many.
  /// - Complexity: O(`count` + the packed bytes), whatever they are.
  static func unpacked(_ packed: Bytes, count: Int) -> Bytes? {
    // A packed bit makes 258 bytes at most, and takes two codes.
    guard count >= 0, count <= most, count / 1032 <= packed.count else { return nil }
    var deflate = Self(bits: BitReader(bytes: packed), count: count)
    deflate.output.reserveCapacity(count)
    return deflate.run() ? Bytes(deflate.output) : nil
  }

  // Far more than any label file has.
  private static let most = 1 << 26

  private init(bits: BitReader, count: Int) {
    self.bits = bits
    self.count = count
  }

  private mutating func run() -> Bool {
    var isLast = false
    while !isLast {
      guard let last = bits.next(1), let kind = bits.next(2) else { return false }
      isLast = last == 1
      switch kind {
      case 0: guard copyStored() else { return false }
      case 1: guard unpack(Self.fixedLiterals, Self.fixedDistances) else { return false }
      case 2:
        guard let (literals, distances) = codes(), unpack(literals, distances) else { return false }
      default: return false
      }
    }
    return output.count == count
  }

  /// A block that is stored as it is.
  private mutating func copyStored() -> Bool {
    bits.align()
    guard let length = bits.next(16), let complement = bits.next(16), length == complement ^ 0xFFFF,
      length <= count - output.count
    else { return false }
    for _ in 0..<length {
      guard let byte = bits.next(8) else { return false }
      output.append(UInt8(truncatingIfNeeded: byte))
    }
    return true
  }

  /// The codes that stand before a block, themselves in a code.
  private mutating func codes() -> (literals: HuffmanCode, distances: HuffmanCode)? {
    guard let literals = bits.next(5), let distances = bits.next(5), let few = bits.next(4) else { return nil }
    let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    var first = [Int](repeating: 0, count: 19)
    for place in order.prefix(few + 4) {
      guard let length = bits.next(3) else { return nil }
      first[place] = length
    }
    guard let code = HuffmanCode(lengths: first) else { return nil }
    let total = literals + 257 + distances + 1
    var lengths: [Int] = []
    while lengths.count < total {
      guard let symbol = code.next(&bits) else { return nil }
      let (length, times): (Int, Int?) =
        switch symbol {
        case 16: (lengths.last ?? -1, bits.next(2).map { $0 + 3 })
        case 17: (0, bits.next(3).map { $0 + 3 })
        case 18: (0, bits.next(7).map { $0 + 11 })
        default: (symbol, 1)
        }
      guard length >= 0, let times, times <= total - lengths.count else { return nil }
      lengths += repeatElement(length, count: times)
    }
    guard let ofLiterals = HuffmanCode(lengths: Array(lengths.prefix(literals + 257))),
      let ofDistances = HuffmanCode(lengths: Array(lengths.dropFirst(literals + 257)))
    else { return nil }
    return (ofLiterals, ofDistances)
  }

  /// A block of bytes and of references back to bytes.
  private mutating func unpack(_ literals: HuffmanCode, _ distances: HuffmanCode) -> Bool {
    while let symbol = literals.next(&bits) {
      if symbol == 256 { return true }
      if symbol < 256 {
        guard output.count < count else { return false }
        output.append(UInt8(truncatingIfNeeded: symbol))
        continue
      }
      guard symbol <= 285, let length = length(symbol - 257), let code = distances.next(&bits), code < 30,
        let distance = distance(code), distance <= output.count, length <= count - output.count
      else { return false }
      // What is referred to may be what is being written.
      for _ in 0..<length { output.append(output[output.count - distance]) }
    }
    return false
  }

  /// 3 … 10 by themselves, then four codes each with one bit more; the last is 258.
  private mutating func length(_ code: Int) -> Int? {
    if code < 8 { return code + 3 }
    if code == 28 { return 258 }
    let extra = code / 4 - 1
    return bits.next(extra).map { 3 + (4 + code % 4) << extra + $0 }
  }

  /// 1 … 4 by themselves, then two codes each with one bit more.
  private mutating func distance(_ code: Int) -> Int? {
    if code < 4 { return code + 1 }
    let extra = code / 2 - 1
    return bits.next(extra).map { 1 + (2 + code % 2) << extra + $0 }
  }

  private static let fixedLiterals =
    HuffmanCode(
      lengths: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }) ?? HuffmanCode()
  private static let fixedDistances = HuffmanCode(lengths: Array(repeating: 5, count: 30)) ?? HuffmanCode()
}

/// A prefix code given by the lengths of its words, which are in the order of length and symbol.
struct HuffmanCode {
  private var counts = [Int](repeating: 0, count: 16)
  private var symbols: [Int] = []

  /// A code without words.
  init() {}

  /// - Parameter lengths: The length of each symbol's word, 0 for one that has none; up to 15.
  /// - Returns: nil where there are more words of a length than there can be.
  init?(lengths: [Int]) {
    for length in lengths { counts[length] += 1 }
    counts[0] = 0
    var free = 1
    for count in counts.dropFirst() {
      free = 2 * free - count
      if free < 0 { return nil }
    }
    for length in 1...15 { symbols += lengths.indices.filter { lengths[$0] == length } }
  }

  /// The symbol of the next word; nil where there is none or the bits end.
  func next(_ bits: inout BitReader) -> Int? {
    var word = 0
    var first = 0
    var place = 0
    for count in counts.dropFirst() {
      guard let bit = bits.next(1) else { return nil }
      word |= bit
      if word - first < count { return symbols[place + word - first] }
      place += count
      first = (first + count) << 1
      word <<= 1
    }
    return nil
  }
}

/// Bits of bytes, the lowest of each first.
struct BitReader {
  let bytes: Bytes
  private var position = 0

  init(bytes: Bytes) { self.bytes = bytes }

  /// The next bits as a number, the first of them its lowest; nil where the bytes end before.
  mutating func next(_ count: Int) -> Int? {
    guard count <= 8 * bytes.count - position else { return nil }
    var number = 0
    for bit in 0..<count {
      number |= Int(bytes[position >> 3] >> UInt8(position & 7) & 1) << bit
      position += 1
    }
    return number
  }

  /// Passes over the rest of a byte.
  mutating func align() { position = (position + 7) & ~7 }
}
