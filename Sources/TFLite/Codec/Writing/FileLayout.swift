/// The bytes of a file to be written: small runs of its own between large ones that are referenced.
struct FileLayout {
  private(set) var pieces: [Bytes] = []
  private(set) var count = 0
  private var pending: [UInt8] = []

  mutating func append(_ bytes: [UInt8]) {
    pending.append(contentsOf: bytes)
    count += bytes.count
  }

  mutating func append(_ bytes: Bytes) {
    flush()
    pieces.append(bytes)
    count += bytes.count
  }

  /// Appends zeros until the file has `position` bytes; of many, the same few are referenced again and again.
  mutating func pad(until position: Int) {
    let zeros = Bytes([UInt8](repeating: 0, count: min(max(0, position - count), 1 << 16)))
    while position - count >= 1 << 16 { append(zeros) }
    append([UInt8](repeating: 0, count: max(0, position - count)))
  }

  /// Ends the last run of its own.
  mutating func flush() {
    guard !pending.isEmpty else { return }
    pieces.append(Bytes(pending))
    pending = []
  }
}
