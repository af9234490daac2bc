/// The type of a tensor's elements.
public struct TensorType: SchemaEnumeration {
  /// The number that files store.
  public let rawValue: Int8

  /// Creates the value of a stored number, whether or not the schema names it.
  public init(rawValue: Int8) { self.rawValue = rawValue }

  /// The schema's names, in the order of their numbers.
  public static let names = [
    "FLOAT32", "FLOAT16", "INT32", "UINT8", "INT64", "STRING", "BOOL", "INT16", "COMPLEX64", "INT8", "FLOAT64",
    "COMPLEX128", "UINT64", "RESOURCE", "VARIANT", "UINT32", "UINT16", "INT4", "BFLOAT16", "INT2", "UINT4",
    "FLOAT8_E4M3FN", "FLOAT8_E5M2",
  ]
}

extension TensorType {
  /// `FLOAT32`.
  public static let float32 = Self(rawValue: 0)
  /// `FLOAT16`.
  public static let float16 = Self(rawValue: 1)
  /// `INT32`.
  public static let int32 = Self(rawValue: 2)
  /// `UINT8`.
  public static let uint8 = Self(rawValue: 3)
  /// `INT64`.
  public static let int64 = Self(rawValue: 4)
  /// `STRING`.
  public static let string = Self(rawValue: 5)
  /// `BOOL`.
  public static let bool = Self(rawValue: 6)
  /// `INT16`.
  public static let int16 = Self(rawValue: 7)
  /// `COMPLEX64`.
  public static let complex64 = Self(rawValue: 8)
  /// `INT8`.
  public static let int8 = Self(rawValue: 9)
  /// `FLOAT64`.
  public static let float64 = Self(rawValue: 10)
  /// `COMPLEX128`.
  public static let complex128 = Self(rawValue: 11)
  /// `UINT64`.
  public static let uint64 = Self(rawValue: 12)
  /// `RESOURCE`.
  public static let resource = Self(rawValue: 13)
  /// `VARIANT`.
  public static let variant = Self(rawValue: 14)
  /// `UINT32`.
  public static let uint32 = Self(rawValue: 15)
  /// `UINT16`.
  public static let uint16 = Self(rawValue: 16)
  /// `INT4`.
  public static let int4 = Self(rawValue: 17)
  /// `BFLOAT16`.
  public static let bfloat16 = Self(rawValue: 18)
  /// `INT2`.
  public static let int2 = Self(rawValue: 19)
  /// `UINT4`.
  public static let uint4 = Self(rawValue: 20)
  /// `FLOAT8_E4M3FN`.
  public static let float8E4M3FN = Self(rawValue: 21)
  /// `FLOAT8_E5M2`.
  public static let float8E5M2 = Self(rawValue: 22)
}

extension TensorType {
  /// The number of bits of one element, or nil if elements have no fixed size (strings, resources, variants) or the
  /// type is unknown.
  public var bitWidth: Int? {
    switch self {
    case .int2: 2
    case .int4, .uint4: 4
    case .uint8, .int8, .bool, .float8E4M3FN, .float8E5M2: 8
    case .float16, .bfloat16, .int16, .uint16: 16
    case .float32, .int32, .uint32: 32
    case .int64, .uint64, .float64, .complex64: 64
    case .complex128: 128
    default: nil
    }
  }

  /// Returns the number of bytes of densely packed elements, or nil if elements have no fixed size, the number is
  /// negative, or the product overflows.
  public func byteCount(elements: Int) -> Int? {
    guard let bitWidth, elements >= 0 else { return nil }
    let (bits, overflow) = elements.multipliedReportingOverflow(by: bitWidth)
    return overflow ? nil : bits / 8 + (bits % 8 == 0 ? 0 : 1)
  }
}
