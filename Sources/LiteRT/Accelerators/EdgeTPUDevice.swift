/// An Edge TPU, as the system has it.
public struct EdgeTPUDevice: Sendable, Hashable, CustomStringConvertible {
  /// How it is attached.
  public enum Bus: String, Sendable, Hashable, CaseIterable {
    /// PCI Express: an M.2 or Mini PCIe card, or a Dev Board.
    case pci
    /// USB: the USB Accelerator.
    case usb
  }

  /// How it is attached.
  public let bus: Bus
  /// Where it is, as the library names it: a device file, or a place in the tree of USB devices.
  public let path: String

  /// - Parameters:
  ///   - bus: How it is attached.
  ///   - path: Where it is.
  public init(bus: Bus, path: String) {
    self.bus = bus
    self.path = path
  }

  /// Such as `usb /sys/bus/usb/devices/1-2`.
  public var description: String { "\(bus.rawValue) \(path)" }
}
