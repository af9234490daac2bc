/// What a field of an operator's options holds.
public enum OptionValue: Sendable, Hashable {
  /// An integer of any width, or the number of an enumeration's value.
  case integer(Int64)
  /// A 32-bit floating-point number.
  case real(Float)
  /// A truth value.
  case flag(Bool)
  /// A string.
  case text(Text)
  /// A vector of integers of any width.
  case integers([Int64])
  /// A vector of 32-bit floating-point numbers.
  case reals([Float])
  /// A vector of truth values.
  case flags([Bool])
  /// A vector of bytes, by reference.
  case bytes(Bytes)
}

extension OptionValue: CustomStringConvertible {
  /// The value as a person would write it; of bytes, only how many there are.
  public var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .real(let value): "\(value)"
    case .flag(let value): "\(value)"
    case .text(let value): "\"\(value)\""
    case .integers(let values): "\(values)"
    case .reals(let values): "\(values)"
    case .flags(let values): "\(values)"
    case .bytes(let value): "\(value)"
    }
  }
}
