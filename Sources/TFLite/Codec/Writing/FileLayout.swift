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

  /// Appends zeros until the file has `position` bytes.
  mutating func pad(until position: Int) {
    pending.append(contentsOf: repeatElement(0, count: max(0, position - count)))
    count = max(count, position)
  }

  /// Ends the last run of its own.
  mutating func flush() {
    guard !pending.isEmpty else { return }
    pieces.append(Bytes(pending))
    pending = []
  }
}
