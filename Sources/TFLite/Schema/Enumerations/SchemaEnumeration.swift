/// An enumeration of the schema, whose values are 0, 1, 2 and so on: any other stored number is kept as it is.
public protocol SchemaEnumeration: RawRepresentable, Hashable, Sendable, CustomStringConvertible
where RawValue: FixedWidthInteger & Sendable {
  /// The value of a stored number, whether or not the schema names it.
  init(rawValue: RawValue)

  /// The schema's names, in the order of their numbers.
  static var names: [String] { get }
}

extension SchemaEnumeration {
  /// The value of a name of the schema, such as `CONV_2D`, or nil.
  public init?(name: String) {
    guard let index = Self.names.firstIndex(of: name), let number = RawValue(exactly: index) else { return nil }
    self.init(rawValue: number)
  }

  /// The schema's name, or nil for a number that it does not name.
  public var knownName: String? {
    guard let index = Int(exactly: rawValue), Self.names.indices.contains(index) else { return nil }
    return Self.names[index]
  }

  /// The schema's name, such as `CONV_2D`, or `UNKNOWN(231)` for a number that it does not name.
  public var name: String { knownName ?? "UNKNOWN(\(rawValue))" }

  /// The schema's name.
  public var description: String { name }
}
