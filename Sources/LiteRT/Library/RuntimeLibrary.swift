import CEdgeTPU
import CLiteRT
import Platform

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The functions of LiteRT's C interface, loaded from a library at run time.
///
/// LiteRT is never linked: the package builds where the runtime is not installed, and a program reports what is missing
/// instead of failing to start.
struct RuntimeLibrary: @unchecked Sendable {
  /// The environment variable with the path of the library or of its folder.
  static let variable = "IMPRINT_LITERT"

  #if canImport(Darwin)
    static let fileName = "libLiteRt.dylib"
  #else
    static let fileName = "libLiteRt.so"
  #endif

  // C function pointers may be called from any thread; the compiler does not know that.
  let path: String
  let createEnvironment: LiteRtCreateEnvironment
  let destroyEnvironment: LiteRtDestroyEnvironment
  let createModelFromBuffer: LiteRtCreateModelFromBuffer
  let destroyModel: LiteRtDestroyModel
  let getModelSignature: LiteRtGetModelSignature
  let getNumSignatureInputs: LiteRtGetNumSignatureInputs
  let getNumSignatureOutputs: LiteRtGetNumSignatureOutputs
  let getSignatureInputTensor: LiteRtGetSignatureInputTensorByIndex
  let getSignatureOutputTensor: LiteRtGetSignatureOutputTensorByIndex
  let getRankedTensorType: LiteRtGetRankedTensorType
  let createOptions: LiteRtCreateOptions
  let destroyOptions: LiteRtDestroyOptions
  let setHardwareAccelerators: LiteRtSetOptionsHardwareAccelerators
  let addOpaqueOptions: LiteRtAddOpaqueOptions
  let createOpaqueOptions: LiteRtCreateOpaqueOptions
  let destroyOpaqueOptions: LiteRtDestroyOpaqueOptions
  let createCompiledModel: LiteRtCreateCompiledModel
  let runCompiledModel: LiteRtRunCompiledModel
  let getErrorMessages: LiteRtCompiledModelGetErrorMessages
  let clearErrors: LiteRtCompiledModelClearErrors
  let getOutputTensorLayouts: LiteRtGetCompiledModelOutputTensorLayouts
  let destroyCompiledModel: LiteRtDestroyCompiledModel
  let createManagedTensorBuffer: LiteRtCreateManagedTensorBuffer
  let lockTensorBuffer: LiteRtLockTensorBuffer
  let unlockTensorBuffer: LiteRtUnlockTensorBuffer
  let destroyTensorBuffer: LiteRtDestroyTensorBuffer
  /// The functions that register a delegate; nil if the library lacks them.
  let accelerators: AcceleratorFunctions?

  /// Loads all functions from an open library.
  ///
  /// - Throws: ``SharedLibraryError/missingSymbol(_:path:)`` for the first one that the library lacks.
  init(_ library: SharedLibrary) throws(SharedLibraryError) {
    path = library.path
    createEnvironment = try library.function("LiteRtCreateEnvironment", as: LiteRtCreateEnvironment.self)
    destroyEnvironment = try library.function("LiteRtDestroyEnvironment", as: LiteRtDestroyEnvironment.self)
    createModelFromBuffer = try library.function("LiteRtCreateModelFromBuffer", as: LiteRtCreateModelFromBuffer.self)
    destroyModel = try library.function("LiteRtDestroyModel", as: LiteRtDestroyModel.self)
    getModelSignature = try library.function("LiteRtGetModelSignature", as: LiteRtGetModelSignature.self)
    getNumSignatureInputs = try library.function("LiteRtGetNumSignatureInputs", as: LiteRtGetNumSignatureInputs.self)
    getNumSignatureOutputs = try library.function(
      "LiteRtGetNumSignatureOutputs", as: LiteRtGetNumSignatureOutputs.self)
    getSignatureInputTensor = try library.function(
      "LiteRtGetSignatureInputTensorByIndex", as: LiteRtGetSignatureInputTensorByIndex.self)
    getSignatureOutputTensor = try library.function(
      "LiteRtGetSignatureOutputTensorByIndex", as: LiteRtGetSignatureOutputTensorByIndex.self)
    getRankedTensorType = try library.function("LiteRtGetRankedTensorType", as: LiteRtGetRankedTensorType.self)
    createOptions = try library.function("LiteRtCreateOptions", as: LiteRtCreateOptions.self)
    destroyOptions = try library.function("LiteRtDestroyOptions", as: LiteRtDestroyOptions.self)
    setHardwareAccelerators = try library.function(
      "LiteRtSetOptionsHardwareAccelerators", as: LiteRtSetOptionsHardwareAccelerators.self)
    addOpaqueOptions = try library.function("LiteRtAddOpaqueOptions", as: LiteRtAddOpaqueOptions.self)
    createOpaqueOptions = try library.function("LiteRtCreateOpaqueOptions", as: LiteRtCreateOpaqueOptions.self)
    destroyOpaqueOptions = try library.function("LiteRtDestroyOpaqueOptions", as: LiteRtDestroyOpaqueOptions.self)
    createCompiledModel = try library.function("LiteRtCreateCompiledModel", as: LiteRtCreateCompiledModel.self)
    runCompiledModel = try library.function("LiteRtRunCompiledModel", as: LiteRtRunCompiledModel.self)
    getErrorMessages = try library.function(
      "LiteRtCompiledModelGetErrorMessages", as: LiteRtCompiledModelGetErrorMessages.self)
    clearErrors = try library.function("LiteRtCompiledModelClearErrors", as: LiteRtCompiledModelClearErrors.self)
    getOutputTensorLayouts = try library.function(
      "LiteRtGetCompiledModelOutputTensorLayouts", as: LiteRtGetCompiledModelOutputTensorLayouts.self)
    destroyCompiledModel = try library.function("LiteRtDestroyCompiledModel", as: LiteRtDestroyCompiledModel.self)
    createManagedTensorBuffer = try library.function(
      "LiteRtCreateManagedTensorBuffer", as: LiteRtCreateManagedTensorBuffer.self)
    lockTensorBuffer = try library.function("LiteRtLockTensorBuffer", as: LiteRtLockTensorBuffer.self)
    unlockTensorBuffer = try library.function("LiteRtUnlockTensorBuffer", as: LiteRtUnlockTensorBuffer.self)
    destroyTensorBuffer = try library.function("LiteRtDestroyTensorBuffer", as: LiteRtDestroyTensorBuffer.self)
    accelerators = AcceleratorFunctions(library)
  }
}

/// LiteRT's functions that register a delegate as an accelerator.
struct AcceleratorFunctions: @unchecked Sendable {
  let wrapDelegate: CEdgeTPUWrapDelegate
  private let create: LiteRtCreateAccelerator
  private let setName: LiteRtSetAcceleratorGetName
  private let setVersion: LiteRtSetAcceleratorGetVersion
  private let setHardware: LiteRtSetAcceleratorGetHardwareSupport
  private let setDelegate: LiteRtSetDelegateFunction
  private let register: LiteRtRegisterAccelerator
  // The runtime's accelerator for the processor; nil if it is laid out in an unknown way.
  private let processor: UnsafePointer<LiteRtAcceleratorDef>?

  /// Loads the functions from an open library; returns nil if it lacks one.
  init?(_ library: SharedLibrary) {
    do throws(SharedLibraryError) {
      wrapDelegate = try library.function("LiteRtWrapDelegate", as: CEdgeTPUWrapDelegate.self)
      create = try library.function("LiteRtCreateAccelerator", as: LiteRtCreateAccelerator.self)
      setName = try library.function("LiteRtSetAcceleratorGetName", as: LiteRtSetAcceleratorGetName.self)
      setVersion = try library.function("LiteRtSetAcceleratorGetVersion", as: LiteRtSetAcceleratorGetVersion.self)
      setHardware = try library.function(
        "LiteRtSetAcceleratorGetHardwareSupport", as: LiteRtSetAcceleratorGetHardwareSupport.self)
      setDelegate = try library.function("LiteRtSetDelegateFunction", as: LiteRtSetDelegateFunction.self)
      register = try library.function("LiteRtRegisterAccelerator", as: LiteRtRegisterAccelerator.self)
    } catch {
      return nil
    }
    let name = "LiteRtStaticLinkedAcceleratorCpuDef"
    let found = try? library.function(name, as: LiteRtStaticLinkedAcceleratorCpuDef.self).pointee
    processor = found?.pointee.version == Int32(kLiteRtAcceleratorDefVersion) ? found : nil
  }

  /// Registers an accelerator that the environment asks for a delegate whenever it prepares a model.
  ///
  /// Call it before any model is prepared: an environment's accelerators must not change afterwards. If no delegate is
  /// offered, the model is prepared without one.
  ///
  /// - Returns: Whether the registration succeeded.
  func register(in environment: LiteRtEnvironment) -> Bool {
    var accelerator: LiteRtAccelerator?
    guard create(&accelerator) == 0, let accelerator else { return false }
    _ = setName(accelerator) { CEdgeTPUAcceleratorName($0, $1) }
    _ = setVersion(accelerator) { CEdgeTPUAcceleratorVersion($0, $1) }
    _ = setHardware(accelerator) { CEdgeTPUAcceleratorHardware($0, $1) }
    _ = setDelegate(accelerator) { CEdgeTPUAcceleratorDelegate($0, $1, $2, $3, $4) }
    return register(environment, accelerator, nil, nil) == 0
  }

  /// Whether ``registerProcessor(in:)`` knows the runtime's accelerator for the processor.
  var knowsProcessor: Bool { processor != nil }

  /// Registers the runtime's accelerator for the processor in an environment that was made without it.
  ///
  /// An environment asks its accelerators in the order of their registration, so that one registered before this may take
  /// operators that the runtime could run itself.
  ///
  /// - Returns: Whether the registration succeeded.
  func registerProcessor(in environment: LiteRtEnvironment) -> Bool {
    var accelerator: LiteRtAccelerator?
    guard let processor, create(&accelerator) == 0, let accelerator else { return false }
    _ = setName(accelerator, processor.pointee.get_name)
    _ = setVersion(accelerator, processor.pointee.get_version)
    _ = setHardware(accelerator, processor.pointee.get_hardware_support)
    _ = setDelegate(accelerator, processor.pointee.create_delegate)
    return register(environment, accelerator, nil, nil) == 0
  }
}

/// The identity of a build of a library.
enum FileIdentity {
  /// Returns a file's path, size and modification time, or the path alone if the file does not exist.
  static func words(for path: String) -> String {
    var status = stat()
    guard stat(path, &status) == 0 else { return path }
    #if canImport(Darwin)
      let changed = status.st_mtimespec
    #else
      let changed = status.st_mtim
    #endif
    return "\(path) \(status.st_size) \(changed.tv_sec) \(changed.tv_nsec)"
  }
}
