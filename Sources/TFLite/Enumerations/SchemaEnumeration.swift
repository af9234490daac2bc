/// An enumeration of the schema, with the values 0, 1, 2 and so on. Other stored numbers are preserved unchanged.
public protocol SchemaEnumeration: RawRepresentable, Hashable, Sendable, CustomStringConvertible
where RawValue: FixedWidthInteger & Sendable {
  /// Creates the value of a stored number, whether or not the schema names it.
  init(rawValue: RawValue)

  /// The schema's names, in the order of their numbers.
  static var names: [String] { get }
}

extension SchemaEnumeration {
  /// Creates the value of a name in the schema, such as `CONV_2D`, or returns nil.
  public init?(name: String) {
    guard let index = Self.names.firstIndex(of: name), let number = RawValue(exactly: index) else { return nil }
    self.init(rawValue: number)
  }

  /// The schema's name, or nil for an unknown number.
  public var knownName: String? {
    guard let index = Int(exactly: rawValue), Self.names.indices.contains(index) else { return nil }
    return Self.names[index]
  }

  /// The schema's name, such as `CONV_2D`, or `UNKNOWN(231)` for an unknown number.
  public var name: String { knownName ?? "UNKNOWN(\(rawValue))" }

  /// The schema's name.
  public var description: String { name }
}

/// The padding of a convolution or pooling.
public struct Padding: SchemaEnumeration {
  /// The number that files store.
  public let rawValue: Int8

  /// Creates the value of a stored number, whether or not the schema names it.
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

/// The activation that an operator applies to its result.
public struct ActivationFunction: SchemaEnumeration {
  /// The number that files store.
  public let rawValue: Int8

  /// Creates the value of a stored number, whether or not the schema names it.
  public init(rawValue: Int8) { self.rawValue = rawValue }

  /// The schema's names, in the order of their numbers.
  public static let names = ["NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT"]
}

extension ActivationFunction {
  /// `NONE`.
  public static let none = Self(rawValue: 0)
  /// `RELU`.
  public static let relu = Self(rawValue: 1)
  /// `RELU_N1_TO_1`.
  public static let reluN1To1 = Self(rawValue: 2)
  /// `RELU6`.
  public static let relu6 = Self(rawValue: 3)
  /// `TANH`.
  public static let tanh = Self(rawValue: 4)
  /// `SIGN_BIT`.
  public static let signBit = Self(rawValue: 5)
}

/// The layout of the weights of a fully connected layer.
public struct WeightsFormat: SchemaEnumeration {
  /// The number that files store.
  public let rawValue: Int8

  /// Creates the value of a stored number, whether or not the schema names it.
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

/// The encoding of a custom operator's options.
public struct CustomOptionsFormat: SchemaEnumeration {
  /// The number that files store.
  public let rawValue: Int8

  /// Creates the value of a stored number, whether or not the schema names it.
  public init(rawValue: Int8) { self.rawValue = rawValue }

  /// The schema's names, in the order of their numbers.
  public static let names = ["FLEXBUFFERS"]
}

extension CustomOptionsFormat {
  /// `FLEXBUFFERS`.
  public static let flexbuffers = Self(rawValue: 0)
}

/// The format of a dimension of a sparse tensor.
public struct DimensionType: SchemaEnumeration {
  /// The number that files store.
  public let rawValue: Int8

  /// Creates the value of a stored number, whether or not the schema names it.
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
