/// What the channels of a picture in a tensor are.
public struct ColorSpace: SchemaEnumeration {
  /// The number that files store.
  public let rawValue: Int8

  /// The value of a stored number, whether or not the schema names it.
  public init(rawValue: Int8) { self.rawValue = rawValue }

  /// The schema's names, in the order of their numbers.
  public static let names = ["UNKNOWN", "RGB", "GRAYSCALE"]

  /// `RGB`.
  public static let rgb = Self(rawValue: 1)
}
