import TFLite

extension Quantization {
  /// A hash of a model's layers, their names and their constants, as 16 hexadecimal digits; FNV-1a by words of 64 bits.
  ///
  /// What else a file says, such as its metadata, does not count.
  static func fingerprint(of model: Model) -> String {
    var hash = WordHash()
    guard let graph = model.mainSubgraph else { return hash.text }
    for op in graph.operators {
      hash.add(UInt64(bitPattern: Int64(model.builtinOperator(of: op)?.rawValue ?? -1)))
      hash.add(Bytes(Array((op.options.map { "\($0)" } ?? "").utf8)))
      for index in op.inputs + op.outputs {
        guard let tensor = graph.tensor(index) else {
          hash.add(UInt64.max)
          continue
        }
        hash.add(Bytes(Array((tensor.name?.string ?? "").utf8)))
        for size in tensor.shape { hash.add(UInt64(bitPattern: Int64(size))) }
        if let data = model.constant(tensor) { hash.add(data) }
      }
    }
    return hash.text
  }
}

/// FNV-1a by words of 64 bits: good against mistakes, not against malice.
private struct WordHash {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ word: UInt64) {
    state = (state ^ word) &* 0x0000_0100_0000_01B3
    // Multiplying moves differences up only; this brings the high bits back.
    state ^= state >> 29
  }

  mutating func add(_ bytes: Bytes) {
    add(UInt64(bytes.count))
    bytes.withUnsafeBytes { bytes in
      let words = bytes.count / 8
      for place in 0..<words {
        add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * place, as: UInt64.self)))
      }
      for place in 8 * words..<bytes.count { add(UInt64(bytes[place])) }
    }
  }

  var text: String {
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
