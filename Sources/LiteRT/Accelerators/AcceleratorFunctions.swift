import CEdgeTPU
import CLiteRT
import Platform

/// LiteRT's functions for handing it a delegate.
struct AcceleratorFunctions: @unchecked Sendable {
  let wrapDelegate: CEdgeTPUWrapDelegate
  private let create: LiteRtCreateAccelerator
  private let setName: LiteRtSetAcceleratorGetName
  private let setVersion: LiteRtSetAcceleratorGetVersion
  private let setHardware: LiteRtSetAcceleratorGetHardwareSupport
  private let setDelegate: LiteRtSetDelegateFunction
  private let register: LiteRtRegisterAccelerator

  /// Takes the functions from an open library; nil where it lacks one.
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
  }

  /// Makes the environment ask for a delegate with each model that it prepares.
  ///
  /// An environment's accelerators must not change while models are prepared, so that this comes before any. Where none is
  /// on offer the model stays as it is.
  ///
  /// - Returns: Whether it does.
  func register(in environment: LiteRtEnvironment) -> Bool {
    var accelerator: LiteRtAccelerator?
    guard create(&accelerator) == 0, let accelerator else { return false }
    _ = setName(accelerator) { CEdgeTPUAcceleratorName($0, $1) }
    _ = setVersion(accelerator) { CEdgeTPUAcceleratorVersion($0, $1) }
    _ = setHardware(accelerator) { CEdgeTPUAcceleratorHardware($0, $1) }
    _ = setDelegate(accelerator) { CEdgeTPUAcceleratorDelegate($0, $1, $2, $3, $4) }
    return register(environment, accelerator, nil, nil) == 0
  }
}
