public import LiteRT

/// The device on which models run.
public enum Device: Sendable, Hashable {
  /// All connected Edge TPUs for a model that was compiled for them, otherwise the processor.
  case automatic
  /// The processor only.
  case cpu
  /// Edge TPUs. The model must be compiled for them.
  case edgeTPU(EdgeTPUChoice)

  /// Reads `auto`, `cpu`, `edgetpu`, `edgetpu:` followed by a choice, or a choice as Coral writes it, such as `usb:0`;
  /// returns nil for other text.
  public init?(_ text: String) {
    let name = "edgetpu"
    switch text {
    case "auto": self = .automatic
    case "cpu": self = .cpu
    case name: self = .edgeTPU(.all(nil))
    case "": return nil
    default:
      let isNamed = text.hasPrefix("\(name):")
      guard let choice = EdgeTPUChoice(isNamed ? String(text.dropFirst(name.count + 1)) : text) else { return nil }
      self = .edgeTPU(choice)
    }
  }
}

extension Device: CustomStringConvertible {
  /// The device as text that ``init(_:)`` reads.
  public var description: String {
    switch self {
    case .automatic: "auto"
    case .cpu: "cpu"
    case .edgeTPU(let choice): choice == .all(nil) ? "edgetpu" : "edgetpu:\(choice)"
    }
  }
}
