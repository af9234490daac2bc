/// How the options of a custom operator are encoded.
public struct CustomOptionsFormat: SchemaEnumeration {
  public let rawValue: Int8

  public init(rawValue: Int8) { self.rawValue = rawValue }

  public static let names = ["FLEXBUFFERS"]
}

extension CustomOptionsFormat {
  /// `FLEXBUFFERS`.
  public static let flexbuffers = Self(rawValue: 0)
}
