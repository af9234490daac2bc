public import TFLite

/// The way in which a tensor's elements represent real numbers: as 32-bit floats, or as bytes q with value = scale (q −
/// zero point).
public enum ElementEncoding: Sendable, Hashable {
  /// 32-bit floats, little-endian.
  case float32
  /// Bytes, 0 … 255.
  case uint8(scale: Float, zeroPoint: Int)
  /// Signed bytes, −128 … 127.
  case int8(scale: Float, zeroPoint: Int)

  /// Reads the encoding of a tensor.
  ///
  /// - Throws: ``SurgeryError/unsuitable(tensor:because:)`` for other types, and for quantisation that is missing, per
  ///   channel or invalid.
  public init(of tensor: Tensor, label: String) throws(SurgeryError) {
    if tensor.type == .float32 {
      self = .float32
      return
    }
    guard tensor.type == .uint8 || tensor.type == .int8 else {
      throw .unsuitable(tensor: label, because: "its type is \(tensor.type.name); UINT8, INT8 or FLOAT32 is needed")
    }
    guard let quantization = tensor.quantization, let scale = quantization.scale.first else {
      throw .unsuitable(tensor: label, because: "it has no quantisation")
    }
    guard quantization.scale.count == 1 else {
      throw .unsuitable(tensor: label, because: "it is quantised per channel, where one scale is needed")
    }
    let range = tensor.type == .uint8 ? 0...255 : -128...127
    guard scale.isFinite, scale > 0, let zeroPoint = Int(exactly: quantization.zeroPoint.first ?? 0),
      range.contains(zeroPoint)
    else {
      throw .unsuitable(
        tensor: label,
        because: "its scale is \(scale) and its zero point \(quantization.zeroPoint.first.map(String.init) ?? "absent")"
      )
    }
    self =
      tensor.type == .uint8 ? .uint8(scale: scale, zeroPoint: zeroPoint) : .int8(scale: scale, zeroPoint: zeroPoint)
  }

  /// The tensor type.
  public var type: TensorType {
    switch self {
    case .float32: .float32
    case .uint8: .uint8
    case .int8: .int8
    }
  }

  /// The number of bytes of an element.
  public var byteCount: Int { self == .float32 ? 4 : 1 }

  /// The real value of one step of a stored number: the scale, or 1 for floats.
  public var unit: Float {
    switch self {
    case .float32: 1
    case .uint8(let scale, _), .int8(let scale, _): scale
    }
  }

  /// Returns the elements in steps of ``unit``, which are q − zero point if quantised.
  ///
  /// - Parameter bytes: Elements as stored; an incomplete element at the end is ignored.
  public func steps(_ bytes: UnsafeRawBufferPointer) -> [Float] {
    switch self {
    case .float32:
      (0..<(bytes.count / 4)).map {
        Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
      }
    case .uint8(_, let zeroPoint): bytes.map { Float(Int($0) - zeroPoint) }
    case .int8(_, let zeroPoint): bytes.map { Float(Int(Int8(bitPattern: $0)) - zeroPoint) }
    }
  }

  /// Returns the real numbers that stored elements represent.
  public func values(_ bytes: UnsafeRawBufferPointer) -> [Float] {
    let unit = unit
    return steps(bytes).map { $0 * unit }
  }

  /// Returns real numbers as stored elements: rounded to the nearest step, halves away from zero, and clamped to the
  /// range.
  ///
  /// NaN is stored as 0.
  public func encode(_ values: [Float]) -> [UInt8] {
    switch self {
    case .float32:
      return values.map { ($0.isNaN ? 0 : $0).bitPattern.littleEndian }.withUnsafeBytes { Array($0) }
    case .uint8(let scale, let zeroPoint):
      return values.map { UInt8(Self.step($0, scale, zeroPoint, 0, 255)) }
    case .int8(let scale, let zeroPoint):
      return values.map { UInt8(bitPattern: Int8(Self.step($0, scale, zeroPoint, -128, 127))) }
    }
  }

  private static func step(_ value: Float, _ scale: Float, _ zeroPoint: Int, _ least: Float, _ most: Float) -> Int {
    let step = (Float(zeroPoint) + value / scale).rounded(.toNearestOrAwayFromZero)
    return step.isNaN ? zeroPoint : Int(min(max(step, least), most))
  }
}
