/// How a dimension of a sparse tensor is stored.
public struct DimensionType: SchemaEnumeration {
  public let rawValue: Int8

  public init(rawValue: Int8) { self.rawValue = rawValue }

  public static let names = ["DENSE", "SPARSE_CSR"]
}

extension DimensionType {
  /// `DENSE`.
  public static let dense = Self(rawValue: 0)
  /// `SPARSE_CSR`.
  public static let sparseCsr = Self(rawValue: 1)
}
