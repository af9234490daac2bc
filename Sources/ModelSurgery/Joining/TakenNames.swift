import TFLite

/// Names that are taken, and others beside them.
struct TakenNames {
  // Whole names: the hash of a text looks at its ends alone, which many names share.
  private var taken: Set<[UInt8]>
  private var numbers: [[UInt8]: Int] = [:]

  init(_ names: [Text]) { taken = Set(names.map { Array($0.bytes) }) }

  /// The name where it is free, else with a number behind it; it is taken then.
  mutating func free(_ name: Text) -> Text {
    let bytes = Array(name.bytes)
    guard !bytes.isEmpty, !taken.insert(bytes).inserted else { return name }
    var number = numbers[bytes] ?? 1
    var other = bytes + Array("_\(number)".utf8)
    while !taken.insert(other).inserted {
      number += 1
      other = bytes + Array("_\(number)".utf8)
    }
    numbers[bytes] = number + 1
    return Text(bytes: Bytes(other))
  }
}
