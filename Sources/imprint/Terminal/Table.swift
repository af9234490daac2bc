import Heads
import Imprinting
import Inference

/// Text in columns.
enum Table {
  /// Text with spaces behind it up to a width; longer text is cut.
  static func left(_ text: String, _ width: Int) -> String {
    text.count > width
      ? String(text.prefix(max(0, width - 1))) + "…" : text + String(repeating: " ", count: width - text.count)
  }

  /// Text with spaces before it up to a width.
  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// A line for each of the shares of pictures whose class is among the first one, two, …
  static func topK(_ shares: some Sequence<Double>) -> [String] {
    shares.enumerated().map { place, share in
      "  " + (place == 0 ? "first         " : "in the first \(place + 1)") + "  " + percent(share)
    }
  }

  /// A number and what is counted, as in `1 picture` and `2 pictures`.
  static func counted(_ count: Int, _ one: String, _ many: String) -> String { "\(count) \(count == 1 ? one : many)" }

  /// A share of 1 in percent, as in `87.1 %`.
  static func percent(_ share: Double) -> String { Decimals.string(100 * share, places: 1) + " %" }
}
