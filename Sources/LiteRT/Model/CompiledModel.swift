import CEdgeTPU
import CLiteRT
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A model with one input and one output, prepared to run on some hardware.
///
/// It runs one inference at a time: calls from several threads wait for each other. For inference on several cores,
/// compile one instance for each worker from the same ``LoadedModel``; they share the weights in the file.
public final class CompiledModel: Sendable {
  /// The input tensor.
  public let input: TensorDescription
  /// The output tensor.
  public let output: TensorDescription
  /// The hardware that runs it.
  public let hardware: Hardware

  /// Whether ``Kernels`` compute its first operators.
  public let usesKernels: Bool

  /// Whether its Edge TPU has failed. Prepare the model again to try the device again.
  public var hasLostDevice: Bool { lostDevice.load(ordering: .relaxed) }

  private let model: LoadedModel
  private let lostDevice = Atomic(false)
  private let state: Mutex<State>

  private struct State: ~Copyable, @unchecked Sendable {
    let handle: LiteRtCompiledModel
    let input: TensorBuffer
    let output: TensorBuffer
  }

  /// Prepares a model for some hardware.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - hardware: The hardware to run it on.
  ///   - packedWeights: The path of a file with the weights packed for the processor's kernels; nil to pack them in
  ///     memory. The runtime maps the file, or writes it if it is missing or was packed for another processor. It does
  ///     not check that the file belongs to this model.
  /// - Throws: ``LiteRTError/failed(to:status:message:)`` with the message of the runtime, or
  ///   ``LiteRTError/unexpectedTensors(inputs:outputs:)``.
  public init(_ model: LoadedModel, hardware: Hardware, packedWeights: String? = nil) throws(LiteRTError) {
    let runtime = model.runtime
    let (inputType, outputType) = try Self.tensors(of: model)
    let input = try TensorBuffer(inputType, of: model)
    let output = try TensorBuffer(outputType, of: model)
    self.model = model
    self.hardware = hardware
    self.input = input.description
    self.output = output.description

    let options = try Self.options(for: hardware, packedWeights: packedWeights, library: runtime.library)
    defer { runtime.library.destroyOptions(options) }
    let delegate = try Self.delegate(for: hardware, runtime: runtime)
    let (outcome, printed) = runtime.quietly { () -> (LiteRtStatus, LiteRtCompiledModel?, usesKernels: Bool) in
      var handle: LiteRtCompiledModel?
      func create(offering delegate: OpaquePointer?) -> LiteRtStatus {
        _ = CEdgeTPUOffer(delegate, runtime.library.accelerators?.wrapDelegate)
        let status = runtime.library.createCompiledModel(model.environment, model.handle, options, &handle)
        // A model that took the delegate frees it.
        CEdgeTPUFreeDelegate(CEdgeTPUOffer(nil, nil))
        return status
      }
      if hardware == .cpu(threads: 1) {
        let (status, taken) = Kernels.offering(to: model, create)
        if status == 0 { return (status, handle, taken) }
      }
      return (create(offering: delegate), handle, false)
    }
    usesKernels = outcome.usesKernels
    guard outcome.0 == 0, let handle = outcome.1 else {
      if let device = hardware.edgeTPU { throw .edgeTPU(device.preparationFailure(printed)) }
      throw .failed(to: "prepare the model", status: RuntimeStatus(rawValue: outcome.0), message: printed)
    }
    do {
      try Self.checkOutput(of: handle, is: output.description.shape, library: runtime.library)
    } catch {
      runtime.library.destroyCompiledModel(handle)
      guard let device = hardware.edgeTPU, let reason = error.reason else { throw error }
      throw .edgeTPU(device.preparationFailure(reason))
    }
    state = Mutex(State(handle: handle, input: input, output: output))
  }

  deinit {
    let library = model.runtime.library
    state.withLock { library.destroyCompiledModel($0.handle) }
  }

  /// Runs one inference.
  ///
  /// - Parameters:
  ///   - fill: Writes the input into the tensor's memory of `input.byteCount` bytes.
  ///   - read: Reads the output from the tensor's memory of `output.byteCount` bytes, which is valid only during the
  ///     call.
  /// - Returns: What `read` returns.
  /// - Throws: The errors of `fill` and `read`, and ``LiteRTError/failed(to:status:message:)`` with the message of the
  ///   runtime.
  public func run<Value>(
    fill: (UnsafeMutableRawBufferPointer) throws -> Void, read: (UnsafeRawBufferPointer) throws -> Value
  ) throws -> Value {
    // `withLock` returns only sendable values, so the outcome leaves through a variable.
    var outcome = Result<Value, any Error>.failure(CancellationError())
    state.withLock { state in outcome = Result { try run(state, fill: fill, read: read) } }
    return try outcome.get()
  }

  private func run<Value>(
    _ state: borrowing State,
    fill: (UnsafeMutableRawBufferPointer) throws -> Void, read: (UnsafeRawBufferPointer) throws -> Value
  ) throws -> Value {
    try state.input.withMemory(kLiteRtTensorBufferLockModeWrite, fill)
    var input: LiteRtTensorBuffer? = state.input.handle
    var output: LiteRtTensorBuffer? = state.output.handle
    let library = model.runtime.library
    let status = library.runCompiledModel(state.handle, 0, 1, &input, 1, &output)
    guard status == 0 else {
      let message = Self.messages(of: state.handle, library: library)
      if let device = hardware.edgeTPU {
        lostDevice.store(true, ordering: .relaxed)
        throw LiteRTError.edgeTPU(device.failure(message))
      }
      throw LiteRTError.failed(to: "run the model", status: RuntimeStatus(rawValue: status), message: message)
    }
    return try state.output.withMemory(kLiteRtTensorBufferLockModeRead) { try read(UnsafeRawBufferPointer($0)) }
  }

  /// Returns the delegate that the hardware needs, or nil if it needs none. The caller owns the delegate.
  private static func delegate(for hardware: Hardware, runtime: Runtime) throws(LiteRTError) -> OpaquePointer? {
    guard let device = hardware.edgeTPU else { return nil }
    guard runtime.takesDelegates else { throw .edgeTPU(.runtimeTakesNoDelegates(path: runtime.path)) }
    do throws(EdgeTPUError) {
      return try device.library.delegate(for: device.device, settings: device.settings)
    } catch {
      throw .edgeTPU(error)
    }
  }

  /// Returns the error messages since the last call, on one line.
  private static func messages(of handle: LiteRtCompiledModel, library: RuntimeLibrary) -> String {
    var text: UnsafeMutablePointer<CChar>?
    guard library.getErrorMessages(handle, &text) == 0, let text else { return "" }
    defer {
      free(text)
      _ = library.clearErrors(handle)
    }
    return String(cString: text).split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  /// Throws if the operators' output has another number of elements than the file declares.
  ///
  /// The runtime writes all elements that the operators produce, even past the end of the buffer.
  private static func checkOutput(
    of handle: LiteRtCompiledModel, is shape: [Int], library: RuntimeLibrary
  ) throws(LiteRTError) {
    // The runtime writes as many dimensions as a tensor has, even beyond the eight of a layout: allow for more.
    let room = 64
    let layouts = UnsafeMutablePointer<LiteRtLayout>.allocate(capacity: room)
    layouts.initialize(repeating: LiteRtLayout(), count: room)
    defer { layouts.deallocate() }
    let status = library.getOutputTensorLayouts(handle, 0, 1, layouts, true)
    guard status == 0 else {
      throw .failed(
        to: "prepare the model", status: RuntimeStatus(rawValue: status),
        message: messages(of: handle, library: library))
    }
    let found = layouts[0].sizes
    let count = { (shape: [Int]) in shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue } }
    guard count(found) == count(shape) else {
      throw .unsupportedTensor("the file declares an output of shape \(shape), but its operators produce \(found)")
    }
  }

  /// Returns the types of the input and the output of the model's first signature.
  private static func tensors(
    of model: LoadedModel
  ) throws(LiteRTError) -> (input: LiteRtRankedTensorType, output: LiteRtRankedTensorType) {
    let library = model.runtime.library
    func check(_ status: LiteRtStatus) throws(LiteRTError) {
      guard status == 0 else {
        throw .failed(to: "read the model's signature", status: RuntimeStatus(rawValue: status), message: "")
      }
    }
    var signature: LiteRtSignature?
    try check(library.getModelSignature(model.handle, 0, &signature))
    var inputs = 0
    var outputs = 0
    try check(library.getNumSignatureInputs(signature, &inputs))
    try check(library.getNumSignatureOutputs(signature, &outputs))
    guard inputs == 1, outputs == 1 else { throw .unexpectedTensors(inputs: inputs, outputs: outputs) }
    func type(
      _ tensor: (LiteRtSignature?, Int, UnsafeMutablePointer<LiteRtTensor?>?) -> LiteRtStatus
    ) throws(LiteRTError) -> LiteRtRankedTensorType {
      var handle: LiteRtTensor?
      var ranked = LiteRtRankedTensorType()
      try check(tensor(signature, 0, &handle))
      try check(library.getRankedTensorType(handle, &ranked))
      return ranked
    }
    return (try type(library.getSignatureInputTensor), try type(library.getSignatureOutputTensor))
  }

  /// Returns the options for compiling, which the caller must destroy.
  private static func options(
    for hardware: Hardware, packedWeights: String?, library: RuntimeLibrary
  ) throws(LiteRTError) -> LiteRtOptions {
    func check(_ status: LiteRtStatus) throws(LiteRTError) {
      guard status == 0 else {
        throw .failed(to: "accept its options", status: RuntimeStatus(rawValue: status), message: "")
      }
    }
    var options: LiteRtOptions?
    try check(library.createOptions(&options))
    guard let options else { throw .failed(to: "make options", status: RuntimeStatus(rawValue: 2), message: "") }
    do {
      try check(library.setHardwareAccelerators(options, Int32(kLiteRtHwAcceleratorCpu)))
      var payload = "num_threads = \(max(1, hardware.threads))\n"
      // The runtime reads a quoted path literally, up to the end of the line.
      if let packedWeights, !packedWeights.contains(where: { $0 == "\"" || $0.isNewline }) {
        payload += "weight_cache_file_path = \"\(packedWeights)\"\n"
      }
      try check(add(payload: payload, for: "xnnpack", to: options, library: library))
      let reporter = "error_reporter_mode = \(kLiteRtErrorReporterModeBuffer)\n"
      try check(add(payload: reporter, for: "runtime_options_string", to: options, library: library))
      return options
    } catch {
      library.destroyOptions(options)
      throw error
    }
  }

  /// Adds options for one part of the runtime, as TOML text.
  private static func add(
    payload: String, for identifier: String, to options: LiteRtOptions, library: RuntimeLibrary
  ) -> LiteRtStatus {
    let text = strdup(payload)
    var opaque: LiteRtOpaqueOptions?
    let status = library.createOpaqueOptions(identifier, text, { free($0) }, &opaque)
    guard status == 0 else {
      free(text)
      return status
    }
    let added = library.addOpaqueOptions(options, opaque)
    if added != 0 { library.destroyOpaqueOptions(opaque) }
    return added
  }
}

/// A model that the runtime has loaded and can compile any number of times.
public final class LoadedModel: Sendable {
  /// The runtime that loaded the model.
  public let runtime: Runtime

  /// Whether models compiled from it for one thread use ``Kernels``.
  public let kernels: Kernels.Use

  nonisolated(unsafe) let handle: LiteRtModel
  // The one in which it was loaded, for everything that belongs to it.
  nonisolated(unsafe) let environment: LiteRtEnvironment
  // The runtime reads weights from the memory of the file, which `owner` keeps alive.
  private let owner: any Sendable

  /// Loads a model in the TensorFlow Lite format without copying it.
  ///
  /// The runtime hardly checks the graph: verify a model of unknown origin first.
  ///
  /// - Parameters:
  ///   - bytes: The file, at an address aligned to 16 bytes, unchanged for as long as `owner` lives.
  ///   - owner: The owner of the bytes.
  ///   - runtime: The runtime that loads it.
  ///   - kernels: Whether models compiled from it for one thread use ``Kernels``.
  /// - Throws: ``LiteRTError/failed(to:status:message:)`` when the runtime refuses the file.
  public init(
    bytes: UnsafeRawBufferPointer, owner: any Sendable, runtime: Runtime, kernels: Kernels.Use = .off
  ) throws(LiteRTError) {
    let other = kernels.isWanted ? runtime.environmentForKernels() : nil
    nonisolated(unsafe) let environment = other ?? runtime.environment
    let (outcome, printed) = runtime.quietly { () -> (LiteRtStatus, LiteRtModel?) in
      var model: LiteRtModel?
      let status = runtime.library.createModelFromBuffer(environment, bytes.baseAddress, bytes.count, &model)
      return (status, model)
    }
    guard outcome.0 == 0, let handle = outcome.1 else {
      throw .failed(to: "load the model", status: RuntimeStatus(rawValue: outcome.0), message: printed)
    }
    self.handle = handle
    self.environment = environment
    self.kernels = other == nil ? .off : kernels
    self.owner = owner
    self.runtime = runtime
  }

  deinit { runtime.library.destroyModel(handle) }
}

/// The hardware that runs a model.
public enum Hardware: Sendable, Hashable {
  /// The processor, with the number of threads for one inference.
  case cpu(threads: Int)
  /// An Edge TPU for the operators compiled for it, and the processor for the remaining operators.
  case edgeTPU(EdgeTPU, threads: Int)

  /// The number of processor threads for one inference.
  public var threads: Int {
    switch self {
    case .cpu(let threads), .edgeTPU(_, let threads): threads
    }
  }

  /// The Edge TPU, or nil for the processor alone.
  public var edgeTPU: EdgeTPU? {
    switch self {
    case .cpu: nil
    case .edgeTPU(let device, _): device
    }
  }
}
