/// A choice among the Edge TPUs of this machine, in Coral's notation.
///
/// | text | meaning |
/// | --- | --- |
/// | empty | all |
/// | `:1` or `1` | the second, in the order in which the library lists them |
/// | `usb`, `pci` | all on that bus |
/// | `usb:0`, `pci:1` | the first on USB, the second on PCI |
/// | `/dev/apex_0` | the one at that path |
public enum EdgeTPUChoice: Sendable, Hashable {
  /// All devices on a bus, or on any bus.
  case all(EdgeTPUDevice.Bus?)
  /// The device at an index, from 0, among those on a bus or on any bus.
  case place(Int, EdgeTPUDevice.Bus?)
  /// The device at a path.
  case path(String)

  /// Reads Coral's notation; returns nil for other text.
  public init?(_ text: String) {
    if text.isEmpty {
      self = .all(nil)
    } else if text.hasPrefix("/") {
      self = .path(text)
    } else if let bus = EdgeTPUDevice.Bus(rawValue: text) {
      self = .all(bus)
    } else {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count <= 2, let last = parts.last, last.allSatisfy({ $0.isASCII && $0.isNumber }),
        let place = Int(last)
      else { return nil }
      let name = parts.count == 2 ? String(parts[0]) : ""
      guard let bus = EdgeTPUDevice.Bus(rawValue: name) else {
        guard name.isEmpty else { return nil }
        self = .place(place, nil)
        return
      }
      self = .place(place, bus)
    }
  }

  /// Returns the devices that match the choice.
  public func chosen(of devices: [EdgeTPUDevice]) -> [EdgeTPUDevice] {
    func on(_ bus: EdgeTPUDevice.Bus?) -> [EdgeTPUDevice] { devices.filter { bus == nil || $0.bus == bus } }
    switch self {
    case .all(let bus): return on(bus)
    case .place(let place, let bus): return Array(on(bus).dropFirst(place).prefix(1))
    case .path(let path): return devices.filter { $0.path == path }
    }
  }
}

extension EdgeTPUChoice: CustomStringConvertible {
  /// The choice in Coral's notation; empty for all devices.
  public var description: String {
    switch self {
    case .all(let bus): bus?.rawValue ?? ""
    case .place(let place, let bus): "\(bus?.rawValue ?? ""):\(place)"
    case .path(let path): path
    }
  }
}
