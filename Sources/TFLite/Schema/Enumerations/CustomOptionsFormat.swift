/// How the options of a custom operator are encoded.
public struct CustomOptionsFormat: SchemaEnumeration {
  /// The number that files store.
  public let rawValue: Int8

  /// The value of a stored number, whether or not the schema names it.
  public init(rawValue: Int8) { self.rawValue = rawValue }

  /// The schema's names, in the order of their numbers.
  public static let names = ["FLEXBUFFERS"]
}

extension CustomOptionsFormat {
  /// `FLEXBUFFERS`.
  public static let flexbuffers = Self(rawValue: 0)
}
