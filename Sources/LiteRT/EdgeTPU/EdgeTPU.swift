/// An Edge TPU to run models on: the device, and how it is driven.
///
/// ```swift
/// let library = try EdgeTPULibrary()
/// let devices = try library.devices(.all(nil))
/// let model = try CompiledModel(loaded, hardware: .edgeTPU(EdgeTPU(devices[0], library: library), threads: 1))
/// ```
public struct EdgeTPU: Sendable, Hashable {
  /// The device.
  public let device: EdgeTPUDevice
  /// What drives it.
  public let library: EdgeTPULibrary
  /// How it is used.
  public let settings: EdgeTPUSettings

  /// - Parameters:
  ///   - device: The device.
  ///   - library: What drives it.
  ///   - settings: How it is used.
  public init(_ device: EdgeTPUDevice, library: EdgeTPULibrary, settings: EdgeTPUSettings = EdgeTPUSettings()) {
    self.device = device
    self.library = library
    self.settings = settings
  }

  /// Prepares a model for the device and runs it once, on zeros: what a library that was built for another runtime may not
  /// survive.
  ///
  /// It is for a child process, which alone is lost then.
  ///
  /// - Throws: ``LiteRTError``.
  public func tryOut(_ model: LoadedModel) throws {
    let compiled = try CompiledModel(model, hardware: .edgeTPU(self, threads: 1))
    try compiled.run(fill: { $0.initializeMemory(as: UInt8.self, repeating: 0) }, read: { _ in })
  }

  /// What a failure of the runtime means, given what it said while the device worked.
  func failure(_ reason: String) -> EdgeTPUError {
    library.devices().contains(device) ? .failed(device, reason: reason) : .unplugged(device, reason: reason)
  }

  /// What a failure to prepare a model means, given what the runtime said.
  func preparationFailure(_ reason: String) -> EdgeTPUError {
    reason.contains("newer than this runtime version")
      ? .newerModel(reason: reason, library: "\(library.path) (\(library.version))") : failure(reason)
  }
}
