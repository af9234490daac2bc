/// How a window operator treats the border of its input.
public struct Padding: SchemaEnumeration {
  /// The number that files store.
  public let rawValue: Int8

  /// The value of a stored number, whether or not the schema names it.
  public init(rawValue: Int8) { self.rawValue = rawValue }

  /// The schema's names, in the order of their numbers.
  public static let names = ["SAME", "VALID"]
}

extension Padding {
  /// `SAME`.
  public static let same = Self(rawValue: 0)
  /// `VALID`.
  public static let valid = Self(rawValue: 1)
}
