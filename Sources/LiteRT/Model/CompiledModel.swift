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

/// A model with one input and one output, ready to run on some hardware.
///
/// It runs one inference at a time: calls from several threads wait for each other. For inference on several cores,
/// compile one instance a worker from the same ``LoadedModel``; the weights in the file are shared among them.
public final class CompiledModel: Sendable {
  /// What the model takes.
  public let input: TensorDescription
  /// What it gives.
  public let output: TensorDescription
  /// What it runs on.
  public let hardware: Hardware

  private let model: LoadedModel
  private let state: Mutex<State>

  private struct State: ~Copyable, @unchecked Sendable {
    let handle: LiteRtCompiledModel
    let input: TensorBuffer
    let output: TensorBuffer
  }

  /// Prepares a model to run.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - hardware: What it is to run on.
  ///   - packedWeights: The path of a file with the weights in the order in which the processor's kernels want them, which
  ///     the runtime maps, or writes where it is missing or does not suit the processor; nil to pack them in memory. The
  ///     runtime does not check that the file is of this model.
  /// - Throws: ``LiteRTError/failed(to:status:message:)`` with what the runtime said, or
  ///   ``LiteRTError/unexpectedTensors(inputs:outputs:)``.
  public init(_ model: LoadedModel, hardware: Hardware, packedWeights: String? = nil) throws(LiteRTError) {
    let runtime = model.runtime
    let (inputType, outputType) = try Self.tensors(of: model)
    let input = try TensorBuffer(inputType, runtime: runtime)
    let output = try TensorBuffer(outputType, runtime: runtime)
    self.model = model
    self.hardware = hardware
    self.input = input.description
    self.output = output.description

    let options = try Self.options(for: hardware, packedWeights: packedWeights, library: runtime.library)
    defer { runtime.library.destroyOptions(options) }
    let delegate = try Self.delegate(for: hardware, runtime: runtime)
    let (outcome, printed) = runtime.quietly { () -> (LiteRtStatus, LiteRtCompiledModel?) in
      var handle: LiteRtCompiledModel?
      _ = CEdgeTPUOffer(delegate, runtime.library.accelerators?.wrapDelegate)
      let status = runtime.library.createCompiledModel(runtime.environment, model.handle, options, &handle)
      // A model that took the delegate ends it.
      CEdgeTPUFreeDelegate(CEdgeTPUOffer(nil, nil))
      return (status, handle)
    }
    guard outcome.0 == 0, let handle = outcome.1 else {
      if let device = hardware.edgeTPU { throw .edgeTPU(device.preparationFailure(printed)) }
      throw .failed(to: "prepare the model", status: RuntimeStatus(rawValue: outcome.0), message: printed)
    }
    do {
      try Self.checkOutput(of: handle, is: output.description.shape, library: runtime.library)
    } catch {
      runtime.library.destroyCompiledModel(handle)
      guard let device = hardware.edgeTPU, case .failed(_, _, let message) = error else { throw error }
      throw .edgeTPU(device.preparationFailure(message))
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
  ///   - fill: Writes the input into the tensor's own memory, of `input.byteCount` bytes.
  ///   - read: Reads the output from the tensor's own memory, of `output.byteCount` bytes. The memory is valid only
  ///     while it runs.
  /// - Returns: What `read` returns.
  /// - Throws: What `fill` and `read` throw, and ``LiteRTError/failed(to:status:message:)`` with what the runtime said.
  public func run<Value>(
    fill: (UnsafeMutableRawBufferPointer) throws -> Void, read: (UnsafeRawBufferPointer) throws -> Value
  ) throws -> Value {
    // A lock hands out only what may cross threads, so that the outcome leaves through a variable.
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
      if let device = hardware.edgeTPU { throw LiteRTError.edgeTPU(device.failure(message)) }
      throw LiteRTError.failed(to: "run the model", status: RuntimeStatus(rawValue: status), message: message)
    }
    return try state.output.withMemory(kLiteRtTensorBufferLockModeRead) { try read(UnsafeRawBufferPointer($0)) }
  }

  /// The delegate that the hardware needs, which is the caller's; nil where it needs none.
  private static func delegate(for hardware: Hardware, runtime: Runtime) throws(LiteRTError) -> OpaquePointer? {
    guard let device = hardware.edgeTPU else { return nil }
    guard runtime.takesDelegates else { throw .edgeTPU(.runtimeTakesNoDelegates(path: runtime.path)) }
    do throws(EdgeTPUError) {
      return try device.library.delegate(for: device.device, settings: device.settings)
    } catch {
      throw .edgeTPU(error)
    }
  }

  /// What the runtime has said of failures since it was last asked, on one line.
  private static func messages(of handle: LiteRtCompiledModel, library: RuntimeLibrary) -> String {
    var text: UnsafeMutablePointer<CChar>?
    guard library.getErrorMessages(handle, &text) == 0, let text else { return "" }
    defer {
      free(text)
      _ = library.clearErrors(handle)
    }
    return String(cString: text).split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  /// Checks that the model gives as many elements as its file says.
  ///
  /// The runtime writes as much as the operators give, whatever the buffer that it was handed holds.
  private static func checkOutput(
    of handle: LiteRtCompiledModel, is shape: [Int], library: RuntimeLibrary
  ) throws(LiteRTError) {
    // The runtime writes as many dimensions as a tensor has, though the layout has room for eight: there is more here.
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
      throw .unsupportedTensor("the file says that its output is \(shape), and running it gives \(found)")
    }
  }

  /// The input and the output of the model's first signature.
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

  private static func options(
    for hardware: Hardware, packedWeights: String?, library: RuntimeLibrary
  ) throws(LiteRTError) -> LiteRtOptions {
    func check(_ status: LiteRtStatus) throws(LiteRTError) {
      guard status == 0 else {
        throw .failed(to: "take its options", status: RuntimeStatus(rawValue: status), message: "")
      }
    }
    var options: LiteRtOptions?
    try check(library.createOptions(&options))
    guard let options else { throw .failed(to: "make options", status: RuntimeStatus(rawValue: 2), message: "") }
    do {
      try check(library.setHardwareAccelerators(options, Int32(kLiteRtHwAcceleratorCpu)))
      var payload = "num_threads = \(max(1, hardware.threads))\n"
      // The runtime reads a quoted path as it is, up to the line's end.
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

  /// Adds options that one part of the runtime reads as TOML text.
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
