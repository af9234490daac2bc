/// An Edge TPU to run models on: the device, its driver library and its settings.
///
/// ```swift
/// let library = try EdgeTPULibrary()
/// let devices = try library.devices(.all(nil))
/// let model = try CompiledModel(loaded, hardware: .edgeTPU(EdgeTPU(devices[0], library: library), threads: 1))
/// ```
public struct EdgeTPU: Sendable, Hashable {
  /// The device.
  public let device: EdgeTPUDevice
  /// The library that drives it.
  public let library: EdgeTPULibrary
  /// The settings of the device.
  public let settings: EdgeTPUSettings

  /// Combines a device with its driver library and settings.
  ///
  /// - Parameters:
  ///   - device: The device.
  ///   - library: The library that drives it.
  ///   - settings: The settings of the device.
  public init(_ device: EdgeTPUDevice, library: EdgeTPULibrary, settings: EdgeTPUSettings = EdgeTPUSettings()) {
    self.device = device
    self.library = library
    self.settings = settings
  }

  /// Prepares a model for the device and runs it once, with an input of zeros.
  ///
  /// A library that was built for another runtime may crash: call this function in a child process.
  ///
  /// - Throws: ``LiteRTError``.
  public func tryOut(_ model: LoadedModel) throws {
    let compiled = try CompiledModel(model, hardware: .edgeTPU(self, threads: 1))
    try compiled.run(fill: { $0.initializeMemory(as: UInt8.self, repeating: 0) }, read: { _ in })
  }

  /// Returns the error for a failure while the device ran, given the message of the runtime.
  func failure(_ reason: String) -> EdgeTPUError {
    library.devices().contains(device) ? .failed(device, reason: reason) : .unplugged(device, reason: reason)
  }

  /// Returns the error for a failure to prepare a model, given the message of the runtime.
  func preparationFailure(_ reason: String) -> EdgeTPUError {
    reason.contains("newer than this runtime version")
      ? .newerModel(reason: reason, library: "\(library.path) (\(library.version))") : failure(reason)
  }
}

/// An Edge TPU device of this machine.
public struct EdgeTPUDevice: Sendable, Hashable, CustomStringConvertible {
  /// The bus that a device is attached to.
  public enum Bus: String, Sendable, Hashable, CaseIterable {
    /// PCI Express: an M.2 or Mini PCIe card, or a Dev Board.
    case pci
    /// USB: the USB Accelerator.
    case usb
  }

  /// The bus that it is attached to.
  public let bus: Bus
  /// The path that the library reports: a device file, or a path in the tree of USB devices.
  public let path: String

  /// Describes a device by its bus and path.
  public init(bus: Bus, path: String) {
    self.bus = bus
    self.path = path
  }

  /// The bus and path, such as `usb /sys/bus/usb/devices/1-2`.
  public var description: String { "\(bus.rawValue) \(path)" }
}

/// The settings of an Edge TPU.
public struct EdgeTPUSettings: Sendable, Hashable {
  /// The clock rate of the device: a higher one makes it faster and hotter.
  public enum Performance: String, Sendable, Hashable, CaseIterable {
    /// An eighth of the highest clock rate.
    case low
    /// A quarter of the highest clock rate.
    case medium
    /// Half of the highest clock rate.
    case high
    /// The highest clock rate.
    case max
  }

  /// The clock rate; nil for the library's default, the highest.
  public var performance: Performance?
  /// Whether to load the firmware onto a USB device each time it is opened; nil for the library's default: only if the
  /// device has none.
  public var usbAlwaysDFU: Bool?
  /// The length of a USB device's queue of bulk input transfers, from 0 to 255; nil for the library's default, 32.
  public var usbMaxBulkInQueueLength: UInt8?
  /// How much the library writes to standard error, from 0 to 10; nil for the library's default, nothing.
  public var verbosity: Int?

  /// Makes settings; nil stands for the library's default.
  ///
  /// - Parameters:
  ///   - performance: The clock rate.
  ///   - usbAlwaysDFU: Whether to load the firmware onto a USB device each time it is opened.
  ///   - usbMaxBulkInQueueLength: The length of a USB device's queue of bulk input transfers.
  ///   - verbosity: How much the library writes to standard error, from 0 to 10.
  public init(
    performance: Performance? = nil, usbAlwaysDFU: Bool? = nil, usbMaxBulkInQueueLength: UInt8? = nil,
    verbosity: Int? = nil
  ) {
    self.performance = performance
    self.usbAlwaysDFU = usbAlwaysDFU
    self.usbMaxBulkInQueueLength = usbMaxBulkInQueueLength
    self.verbosity = verbosity
  }

  /// The settings as options of the library.
  var options: [(key: String, value: String)] {
    var options: [(key: String, value: String)] = []
    if let performance {
      let word =
        switch performance {
        case .low: "Low"
        case .medium: "Medium"
        case .high: "High"
        case .max: "Max"
        }
      options.append(("Performance", word))
    }
    if let usbAlwaysDFU { options.append(("Usb.AlwaysDfu", usbAlwaysDFU ? "True" : "False")) }
    if let usbMaxBulkInQueueLength { options.append(("Usb.MaxBulkInQueueLength", "\(usbMaxBulkInQueueLength)")) }
    return options
  }
}
