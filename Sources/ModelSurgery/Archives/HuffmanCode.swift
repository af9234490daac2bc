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
