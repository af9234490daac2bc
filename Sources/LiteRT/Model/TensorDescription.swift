import CLiteRT

/// The type and shape of a compiled model's input or output.
public struct TensorDescription: Sendable, Hashable {
  /// The type of the elements.
  public let type: ElementType
  /// The dimensions, outermost first.
  public let shape: [Int]
  /// The size in bytes, without padding.
  public let byteCount: Int

  init(_ ranked: LiteRtRankedTensorType) throws(LiteRTError) {
    guard let type = ElementType(ranked.element_type) else {
      throw .unsupportedTensor("its element type has number \(ranked.element_type.rawValue)")
    }
    guard ranked.layout.rank <= kLiteRtTensorMaxRank else {
      throw .unsupportedTensor("it has \(ranked.layout.rank) dimensions")
    }
    let dimensions = ranked.layout.sizes
    var byteCount = type.byteCount
    for dimension in dimensions {
      let (product, overflow) = byteCount.multipliedReportingOverflow(by: dimension)
      guard dimension > 0, !overflow, product <= Self.largest else {
        throw .unsupportedTensor("its shape is \(dimensions)")
      }
      byteCount = product
    }
    self.type = type
    self.shape = dimensions
    self.byteCount = byteCount
  }

  // Larger than any input or output of an image model: a larger size shows a damaged file.
  private static let largest = 1 << 31
}

extension LiteRtLayout {
  /// The dimensions, outermost first, at most eight.
  var sizes: [Int] {
    withUnsafeBytes(of: dimensions) { $0.bindMemory(to: Int32.self).prefix(Int(rank)).map(Int.init) }
  }
}

/// The type of a tensor's elements.
public enum ElementType: Sendable, Hashable {
  /// IEEE 754 floating-point numbers.
  case float32, float64, float16
  /// Signed integers.
  case int8, int16, int32, int64
  /// Unsigned integers.
  case uint8, uint16, uint32, uint64
  /// Booleans of one byte.
  case bool

  /// The size of an element in bytes.
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

/// A buffer of the runtime for one input or output.
struct TensorBuffer: ~Copyable {
  let description: TensorDescription
  let handle: LiteRtTensorBuffer
  private let runtime: Runtime

  init(_ ranked: LiteRtRankedTensorType, of model: LoadedModel) throws(LiteRTError) {
    let runtime = model.runtime
    let description = try TensorDescription(ranked)
    var ranked = ranked
    var handle: LiteRtTensorBuffer?
    let status = runtime.library.createManagedTensorBuffer(
      model.environment, kLiteRtTensorBufferTypeHostMemory, &ranked, description.byteCount, &handle)
    guard status == 0, let handle else {
      throw .failed(
        to: "make a buffer of \(description.byteCount) bytes", status: RuntimeStatus(rawValue: status), message: "")
    }
    self.description = description
    self.handle = handle
    self.runtime = runtime
  }

  deinit { runtime.library.destroyTensorBuffer(handle) }

  /// Calls `body` with the memory, which is valid only during the call.
  func withMemory<Result>(
    _ mode: LiteRtTensorBufferLockMode, _ body: (UnsafeMutableRawBufferPointer) throws -> Result
  ) throws -> Result {
    var address: UnsafeMutableRawPointer?
    let status = runtime.library.lockTensorBuffer(handle, &address, mode)
    guard status == 0, let address else {
      throw LiteRTError.failed(to: "lock a tensor's memory", status: RuntimeStatus(rawValue: status), message: "")
    }
    defer { _ = runtime.library.unlockTensorBuffer(handle) }
    return try body(UnsafeMutableRawBufferPointer(start: address, count: description.byteCount))
  }
}
