/// How an Edge TPU is used.
public struct EdgeTPUSettings: Sendable, Hashable {
  /// The clock of the device: with a higher one it is faster, and gets hotter.
  public enum Performance: String, Sendable, Hashable, CaseIterable {
    /// An eighth of the highest clock.
    case low
    /// A quarter of it.
    case medium
    /// Half of it.
    case high
    /// The highest.
    case max
  }

  /// The clock; nil for what the library takes by itself, the highest.
  public var performance: Performance?
  /// Whether a USB device gets its firmware each time that it is opened; nil for what the library does, only when it has
  /// none.
  public var usbAlwaysDFU: Bool?
  /// How many answers a USB device may have under way, from 0 to 255; nil for what the library takes, 32.
  public var usbMaxBulkInQueueLength: UInt8?
  /// How much the library writes to standard error, from 0 to 10; nil for what it does by itself, nothing.
  public var verbosity: Int?

  /// - Parameters:
  ///   - performance: The clock.
  ///   - usbAlwaysDFU: Whether a USB device gets its firmware each time.
  ///   - usbMaxBulkInQueueLength: How many answers a USB device may have under way.
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

  /// The settings as the library reads them.
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
