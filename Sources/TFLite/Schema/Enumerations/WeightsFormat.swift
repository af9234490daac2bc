/// How the weights of a fully connected layer lie in their buffer.
public struct WeightsFormat: SchemaEnumeration {
  /// The number that files store.
  public let rawValue: Int8

  /// The value of a stored number, whether or not the schema names it.
  public init(rawValue: Int8) { self.rawValue = rawValue }

  /// The schema's names, in the order of their numbers.
  public static let names = ["DEFAULT", "SHUFFLED4x16INT8"]
}

extension WeightsFormat {
  /// `DEFAULT`.
  public static let standard = Self(rawValue: 0)
  /// `SHUFFLED4x16INT8`.
  public static let shuffled4x16Int8 = Self(rawValue: 1)
}
