import TFLite

/// Names that are taken, and others beside them.
struct TakenNames {
  private var taken: Set<WholeName>
  private var numbers: [WholeName: Int] = [:]

  init(_ names: [Text]) { taken = Set(names.map(WholeName.init)) }

  /// The name where it is free, else with a number behind it; it is taken then.
  mutating func free(_ name: Text) -> Text {
    let key = WholeName(name)
    guard !name.isEmpty, !taken.insert(key).inserted else { return name }
    let bytes = Array(name.bytes)
    var number = numbers[key] ?? 0
    var other: Text
    repeat {
      number += 1
      other = Text(bytes: Bytes(bytes + Array("_\(number)".utf8)))
    } while !taken.insert(WholeName(other)).inserted
    numbers[key] = number
    return other
  }
}
