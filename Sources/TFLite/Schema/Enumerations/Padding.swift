/// How a window operator treats the border of its input.
public struct Padding: SchemaEnumeration {
  public let rawValue: Int8

  public init(rawValue: Int8) { self.rawValue = rawValue }

  public static let names = ["SAME", "VALID"]
}

extension Padding {
  /// `SAME`.
  public static let same = Self(rawValue: 0)
  /// `VALID`.
  public static let valid = Self(rawValue: 1)
}
