/// Why no Edge TPU can be used, or stopped being of use.
public enum EdgeTPUError: Error, Sendable, Hashable {
  /// The library that drives it cannot be opened; `reason` is the loader's.
  case libraryNotFound(reason: String)
  /// The library was tried out in a process of its own, and ended it; `signal` is the signal that did.
  case libraryCrashes(path: String, version: String, signal: Int32)
  /// The library was tried out in a process of its own, and `complaint` is how that ended.
  case trialFailed(path: String, complaint: String)
  /// The library lists no device.
  case noDevice(library: String)
  /// None of the devices that are there is the one that was asked for.
  case noSuchDevice(EdgeTPUChoice, present: [EdgeTPUDevice])
  /// A device that is there cannot be opened: another process has it, or it may not be touched.
  case cannotOpen(EdgeTPUDevice, reason: String)
  /// A model that was compiled for a newer version of what drives the device.
  case newerModel(reason: String, library: String)
  /// A device that did not answer while it worked and is not there any more.
  case unplugged(EdgeTPUDevice, reason: String)
  /// A device that is there and failed while it worked.
  case failed(EdgeTPUDevice, reason: String)
  /// A build of LiteRT that takes no delegates.
  case runtimeTakesNoDelegates(path: String)
}

extension EdgeTPUError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .libraryNotFound(let reason):
      """
      the library that drives Edge TPUs is not there: \(reason). Install libedgetpu, on Debian the package \
      libedgetpu1-std of Coral's package source, or set \(EdgeTPULibrary.variable) to the path of \
      \(EdgeTPULibrary.fileName)
      """
    case .libraryCrashes(let path, let version, let signal):
      """
      \(path)\(version.isEmpty ? "" : " (\(version))") crashes (signal \(signal)) with this runtime: it was built for \
      another one. Take a libedgetpu that was built for TensorFlow 2.16 or newer, and set \(EdgeTPULibrary.variable) to it
      """
    case .trialFailed(let path, let complaint):
      "\(path) could not be tried out: \(complaint)"
    case .noDevice(let library):
      """
      no Edge TPU answers: plug in a Coral device. On Linux a PCI device needs the driver gasket and apex and the right \
      to open /dev/apex_0, a USB one the udev rules that come with \(library)
      """
    case .noSuchDevice(let choice, let present):
      "there is no Edge TPU \(choice): there are \(present.map(\.description).joined(separator: ", "))"
    case .cannotOpen(let device, let reason):
      """
      the Edge TPU \(device) cannot be opened\(reason.isEmpty ? "" : " (\(reason))"): it is busy with another process, \
      or this user may not open it
      """
    case .newerModel(let reason, let library):
      """
      the model is compiled for a newer version of what drives the Edge TPU than \(library): \(reason) Update libedgetpu, \
      or compile the model with edgetpu_compiler --min_runtime_version
      """
    case .unplugged(let device, let reason):
      "the Edge TPU \(device) is gone: was it unplugged while it worked?\(reason.isEmpty ? "" : " (\(reason))")"
    case .failed(let device, let reason):
      "the Edge TPU \(device) failed while it worked\(reason.isEmpty ? "" : ": \(reason)")"
    case .runtimeTakesNoDelegates(let path):
      "\(path) takes no delegates, which an Edge TPU needs: take LiteRT 2.3 from the PyPI package ai-edge-litert"
    }
  }
}
