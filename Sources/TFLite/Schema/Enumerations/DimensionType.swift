/// How a dimension of a sparse tensor is stored.
public struct DimensionType: SchemaEnumeration {
  /// The number that files store.
  public let rawValue: Int8

  /// The value of a stored number, whether or not the schema names it.
  public init(rawValue: Int8) { self.rawValue = rawValue }

  /// The schema's names, in the order of their numbers.
  public static let names = ["DENSE", "SPARSE_CSR"]
}

extension DimensionType {
  /// `DENSE`.
  public static let dense = Self(rawValue: 0)
  /// `SPARSE_CSR`.
  public static let sparseCsr = Self(rawValue: 1)
}
