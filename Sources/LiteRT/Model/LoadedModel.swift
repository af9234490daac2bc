import CLiteRT

/// A model that the runtime has read and can compile, any number of times.
public final class LoadedModel: Sendable {
  /// The runtime that read the model.
  public let runtime: Runtime

  nonisolated(unsafe) let handle: LiteRtModel
  // The runtime reads weights from the memory that it was given: `owner` keeps it.
  private let owner: any Sendable

  /// Reads a model in the TensorFlow Lite format, without copying it.
  ///
  /// The runtime trusts the file's graph more than one should trust a file: verify a model of unknown origin first.
  ///
  /// - Parameters:
  ///   - bytes: The file, at an address aligned to 16 bytes, unchanged for as long as `owner` lives.
  ///   - owner: What keeps the bytes alive.
  ///   - runtime: The runtime to read it with.
  /// - Throws: ``LiteRTError/failed(to:status:message:)`` when the runtime refuses the file.
  public init(bytes: UnsafeRawBufferPointer, owner: any Sendable, runtime: Runtime) throws(LiteRTError) {
    let (outcome, printed) = runtime.quietly { () -> (LiteRtStatus, LiteRtModel?) in
      var model: LiteRtModel?
      let status = runtime.library.createModelFromBuffer(runtime.environment, bytes.baseAddress, bytes.count, &model)
      return (status, model)
    }
    guard outcome.0 == 0, let handle = outcome.1 else {
      throw .failed(to: "read the model", status: RuntimeStatus(rawValue: outcome.0), message: printed)
    }
    self.handle = handle
    self.owner = owner
    self.runtime = runtime
  }

  deinit { runtime.library.destroyModel(handle) }
}
