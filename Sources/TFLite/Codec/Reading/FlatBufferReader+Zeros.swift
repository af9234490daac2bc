extension FlatBufferReader {
  /// How many zero bytes follow one another from a position on.
  func zeros(from start: Int) -> Int {
    var position = start
    while let word = load(UInt64.self, at: position), word == 0 { position += 8 }
    while let byte = load(UInt8.self, at: position), byte == 0 { position += 1 }
    return position - start
  }
}
