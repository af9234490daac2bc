import TFLite

/// A decompressor of DEFLATE, the method of most zip files (RFC 1951).
struct Deflate {
  private var bits: BitReader
  private var output: [UInt8] = []
  private let count: Int

  /// Decompresses bytes to exactly `count` bytes.
  ///
  /// - Returns: nil if the data is invalid or does not have that size.
  /// - Complexity: O(`count` + compressed bytes), even for hostile data.
  static func unpacked(_ packed: Bytes, count: Int) -> Bytes? {
    // A reference makes at most 258 bytes and takes at least two bits: 1032 bytes for each compressed byte.
    guard count >= 0, count <= most, count / 1032 <= packed.count else { return nil }
    var deflate = Self(bits: BitReader(bytes: packed), count: count)
    deflate.output.reserveCapacity(count)
    return deflate.run() ? Bytes(deflate.output) : nil
  }

  // Far more than any label file needs.
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

  /// Copies an uncompressed block.
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

  /// Reads the two codes that precede a block, which are Huffman-coded themselves.
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

  /// Decodes a block of literal bytes and back-references.
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
      // The referenced bytes may overlap those being written.
      for _ in 0..<length { output.append(output[output.count - distance]) }
    }
    return false
  }

  /// Reads a length: 3 … 10 directly, then four codes for each number of extra bits; the last code is 258.
  private mutating func length(_ code: Int) -> Int? {
    if code < 8 { return code + 3 }
    if code == 28 { return 258 }
    let extra = code / 4 - 1
    return bits.next(extra).map { 3 + (4 + code % 4) << extra + $0 }
  }

  /// Reads a distance: 1 … 4 directly, then two codes for each number of extra bits.
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

/// A canonical Huffman code, given by the lengths of its codewords.
struct HuffmanCode {
  private var counts = [Int](repeating: 0, count: 16)
  private var symbols: [Int] = []

  /// Creates a code without codewords.
  init() {}

  /// - Parameter lengths: The length of each symbol's codeword, up to 15; 0 for a symbol without one.
  /// - Returns: nil if there are more codewords of a length than can exist.
  init?(lengths: [Int]) {
    for length in lengths { counts[length] += 1 }
    counts[0] = 0
    var free = 1
    for count in counts.dropFirst() {
      free = 2 * free - count
      if free < 0 { return nil }
    }
    // The symbols in the order of their codewords: by length, then by number.
    var places = [Int](repeating: 0, count: 16)
    for length in 1..<15 { places[length + 1] = places[length] + counts[length] }
    symbols = [Int](repeating: 0, count: counts.reduce(0, +))
    for (symbol, length) in lengths.enumerated() where length > 0 {
      symbols[places[length]] = symbol
      places[length] += 1
    }
  }

  /// Decodes the next symbol, or returns nil if no codeword matches or the bits end.
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

/// A reader of bits, the lowest of each byte first.
struct BitReader {
  let bytes: Bytes
  private var position = 0

  init(bytes: Bytes) { self.bytes = bytes }

  /// Reads a number, its lowest bit first, or returns nil if too few bits are left.
  mutating func next(_ count: Int) -> Int? {
    guard count <= 8 * bytes.count - position else { return nil }
    var number = 0
    for bit in 0..<count {
      number |= Int(bytes[position >> 3] >> UInt8(position & 7) & 1) << bit
      position += 1
    }
    return number
  }

  /// Skips to the next byte boundary.
  mutating func align() { position = (position + 7) & ~7 }
}
