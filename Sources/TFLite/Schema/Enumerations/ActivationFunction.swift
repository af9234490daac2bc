/// The activation that an operator applies to its result.
public struct ActivationFunction: SchemaEnumeration {
  /// The number that files store.
  public let rawValue: Int8

  /// The value of a stored number, whether or not the schema names it.
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
