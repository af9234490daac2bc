import CLiteRT

/// The type of a tensor's elements, of those that plain memory can hold.
public enum ElementType: Sendable, Hashable {
  /// Floating-point numbers of IEEE 754.
  case float32, float64, float16
  /// Signed whole numbers.
  case int8, int16, int32, int64
  /// Unsigned whole numbers.
  case uint8, uint16, uint32, uint64
  /// Truth values, a byte each.
  case bool

  /// Bytes that an element takes.
  public var byteCount: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .int16, .uint16, .float16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64: 8
    }
  }

  init?(_ type: LiteRtElementType) {
    switch type {
    case kLiteRtElementTypeFloat32: self = .float32
    case kLiteRtElementTypeFloat64: self = .float64
    case kLiteRtElementTypeFloat16: self = .float16
    case kLiteRtElementTypeInt8: self = .int8
    case kLiteRtElementTypeInt16: self = .int16
    case kLiteRtElementTypeInt32: self = .int32
    case kLiteRtElementTypeInt64: self = .int64
    case kLiteRtElementTypeUInt8: self = .uint8
    case kLiteRtElementTypeUInt16: self = .uint16
    case kLiteRtElementTypeUInt32: self = .uint32
    case kLiteRtElementTypeUInt64: self = .uint64
    case kLiteRtElementTypeBool: self = .bool
    default: return nil
    }
  }
}
