public import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Why an Edge TPU cannot be used, or how it failed.
public struct EdgeTPUError: DescribedError {
  /// The kinds of error.
  public enum Code: String, Sendable {
    case libraryNotFound, libraryCrashes, trialFailed, noDevice, noSuchDevice, cannotOpen, newerModel, unplugged, failed
    case runtimeTakesNoDelegates
  }

  public let code: Code
  public let message: String
  public let remedy: String?
  /// The device, if the error concerns one.
  public let device: EdgeTPUDevice?
  /// The message of the loader, the library or the runtime, if there is one.
  public let reason: String?

  private init(
    _ code: Code, _ message: String, remedy: String? = nil, device: EdgeTPUDevice? = nil, reason: String? = nil
  ) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.device = device
    self.reason = reason
  }

  /// The library that drives Edge TPUs cannot be opened; `reason` is the loader's message.
  public static func libraryNotFound(reason: String) -> Self {
    Self(
      .libraryNotFound, "the library that drives Edge TPUs cannot be opened: \(reason)",
      remedy: """
        install libedgetpu, on Debian the package libedgetpu1-std of Coral's package source, or set \
        \(EdgeTPULibrary.variable) to the path of \(EdgeTPULibrary.fileName)
        """, reason: reason)
  }

  /// The library crashed the child process that tried it out; `signal` is the signal that ended the process.
  public static func libraryCrashes(path: String, version: String, signal: Int32) -> Self {
    Self(
      .libraryCrashes,
      """
      \(path)\(version.isEmpty ? "" : " (\(version))") crashes (signal \(signal)) with this runtime: it was built for \
      another runtime
      """,
      remedy: """
        use a libedgetpu that was built for TensorFlow 2.16 or newer, and set \(EdgeTPULibrary.variable) to its path
        """)
  }

  /// The child process that tried the library out failed; `complaint` is its message.
  public static func trialFailed(path: String, complaint: String) -> Self {
    Self(.trialFailed, "\(path) could not be tried out: \(complaint)", reason: complaint)
  }

  /// The library lists no device.
  public static func noDevice(library: String) -> Self {
    Self(
      .noDevice, "no Edge TPU was found",
      remedy: """
        plug in a Coral device; on Linux a PCI device needs the drivers gasket and apex and the right to open \
        /dev/apex_0, a USB device the udev rules that come with \(library)
        """)
  }

  /// No device that is present matches the choice.
  public static func noSuchDevice(_ choice: EdgeTPUChoice, present: [EdgeTPUDevice]) -> Self {
    Self(
      .noSuchDevice,
      "there is no Edge TPU \(choice): there are \(present.map(\.description).joined(separator: ", "))")
  }

  /// A device that is present cannot be opened: another process uses it, or this user may not open it.
  public static func cannotOpen(_ device: EdgeTPUDevice, reason: String) -> Self {
    Self(
      .cannotOpen,
      """
      the Edge TPU \(device) cannot be opened\(reason.isEmpty ? "" : " (\(reason))"): another process uses it, or \
      this user may not open it
      """, device: device, reason: reason)
  }

  /// The model was compiled for a newer version of the library.
  public static func newerModel(reason: String, library: String) -> Self {
    Self(
      .newerModel, "the model was compiled for a newer version of the Edge TPU library than \(library): \(reason)",
      remedy: "update libedgetpu, or have edgetpu_compiler compile the model for an older runtime version",
      reason: reason)
  }

  /// A device failed while it ran a model and is no longer present.
  public static func unplugged(_ device: EdgeTPUDevice, reason: String) -> Self {
    Self(
      .unplugged, "the Edge TPU \(device) was unplugged while it ran the model\(reason.isEmpty ? "" : " (\(reason))")",
      device: device, reason: reason)
  }

  /// A device that is present failed while it ran a model.
  public static func failed(_ device: EdgeTPUDevice, reason: String) -> Self {
    Self(
      .failed, "the Edge TPU \(device) failed while it ran the model\(reason.isEmpty ? "" : ": \(reason)")",
      device: device, reason: reason)
  }

  /// This build of LiteRT accepts no delegates.
  public static func runtimeTakesNoDelegates(path: String) -> Self {
    Self(
      .runtimeTakesNoDelegates, "\(path) accepts no delegates, which an Edge TPU needs",
      remedy: "use LiteRT 2.3 from the PyPI package ai-edge-litert")
  }
}
