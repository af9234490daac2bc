import CLiteRT
import Platform

/// The functions of LiteRT's C interface, taken from a library that is opened at run time.
///
/// LiteRT is never linked: the package builds where the runtime is not installed, and a program says in words what is
/// missing instead of failing to start.
struct RuntimeLibrary: @unchecked Sendable {
  /// The variable that names the library, or the folder that holds it.
  static let variable = "IMPRINT_LITERT"

  #if canImport(Darwin)
    static let fileName = "libLiteRt.dylib"
  #else
    static let fileName = "libLiteRt.so"
  #endif

  // C function pointers may be called from any thread; the compiler does not know it of imported ones.
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
  /// What it takes to hand over a delegate; nil where the library has no such functions.
  let accelerators: AcceleratorFunctions?

  /// Takes all functions from an open library.
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
