import CLiteRT

/// Memory of the runtime that holds one input or output.
struct TensorBuffer: ~Copyable {
  let description: TensorDescription
  let handle: LiteRtTensorBuffer
  private let runtime: Runtime

  init(_ ranked: LiteRtRankedTensorType, runtime: Runtime) throws(LiteRTError) {
    let description = try TensorDescription(ranked)
    var ranked = ranked
    var handle: LiteRtTensorBuffer?
    let status = runtime.library.createManagedTensorBuffer(
      runtime.environment, kLiteRtTensorBufferTypeHostMemory, &ranked, description.byteCount, &handle)
    guard status == 0, let handle else {
      throw .failed(
        to: "make a buffer of \(description.byteCount) bytes", status: RuntimeStatus(rawValue: status), message: "")
    }
    self.description = description
    self.handle = handle
    self.runtime = runtime
  }

  deinit { runtime.library.destroyTensorBuffer(handle) }

  /// The memory itself, for as long as `body` runs.
  func withMemory<Result>(
    _ mode: LiteRtTensorBufferLockMode, _ body: (UnsafeMutableRawBufferPointer) throws -> Result
  ) throws -> Result {
    var address: UnsafeMutableRawPointer?
    let status = runtime.library.lockTensorBuffer(handle, &address, mode)
    guard status == 0, let address else {
      throw LiteRTError.failed(to: "reach a tensor's memory", status: RuntimeStatus(rawValue: status), message: "")
    }
    defer { _ = runtime.library.unlockTensorBuffer(handle) }
    return try body(UnsafeMutableRawBufferPointer(start: address, count: description.byteCount))
  }
}
