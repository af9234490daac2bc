import TFLite

/// A name as a key: its hash looks at all of it, where that of a text looks at its ends alone, which many names share.
struct WholeName: Hashable {
  private let text: Text

  init(_ text: Text) { self.text = text }

  func hash(into hasher: inout Hasher) {
    text.bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
  }
}
