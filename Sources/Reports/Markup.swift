import Heads

/// Fragments of HTML and SVG.
enum Markup {
  /// Returns text escaped for an element or a quoted attribute. It cannot open or close markup or change the writing
  /// direction.
  static func text(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\n", "\t", "\r": escaped += " "
      default: escaped.unicodeScalars.append(isShown(scalar) ? scalar : "\u{FFFD}")
      }
    }
    return escaped
  }

  // HTML forbids control characters, and bidirectional controls could disguise a name.
  private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: false
    default: !scalar.properties.isNoncharacterCodePoint
    }
  }

  /// Returns escaped text, truncated to a number of characters.
  static func shortText(_ text: String, _ count: Int) -> String {
    // A character can have any number of scalars.
    let start = String(String.UnicodeScalarView(text.prefix(count).unicodeScalars.prefix(4 * count)))
    return Self.text(start.unicodeScalars.count == text.unicodeScalars.count ? text : start.dropLast() + "…")
  }

  /// Returns the approximate width in pixels of text with a font size of 13 pixels, truncated to a number of characters.
  static func width(_ text: String, _ count: Int) -> Double {
    text.prefix(count).reduce(0) { $0 + ($1.isASCII ? 7.2 : 13) }
  }

  /// Returns a length or coordinate of a drawing.
  static func number(_ value: Double) -> String { Decimals.string(value, places: 1) }

  /// Returns a share as a percentage, such as `87.1 %`.
  static func percent(_ share: Double, places: Int = 1) -> String {
    // A no-break space keeps the number and its sign on one line.
    Decimals.string(100 * share, places: places) + "\u{A0}%"
  }

  /// Returns a mean share and its 95 % interval, if it has one, such as `87.3 % (86.8–87.8)`; the interval is clamped to
  /// 0 … 100 %.
  static func interval(_ share: Estimate) -> String {
    guard let margin = share.margin else { return percent(share.mean) }
    let (lower, upper) = (max(0, share.mean - margin), min(1, share.mean + margin))
    return
      "\(percent(share.mean)) (\(Decimals.string(100 * lower, places: 1))–\(Decimals.string(100 * upper, places: 1)))"
  }

  /// Returns a table whose cells are markup; the first column holds the row headers.
  static func table(_ head: [String], _ rows: [[String]]) -> String {
    let header = head.map { "<th scope=\"col\">\($0)</th>" }.joined()
    let body = rows.map { row in
      let cells = row.enumerated().map { place, cell in
        place == 0 ? "<th scope=\"row\">\(cell)</th>" : "<td>\(cell)</td>"
      }
      return "<tr>\(cells.joined())</tr>"
    }
    return """
      <div class="scroll"><table><thead><tr>\(header)</tr></thead>
      <tbody>
      \(body.joined(separator: "\n"))
      </tbody></table></div>
      """
  }

  /// Returns an escaped name, isolated in its own writing direction.
  static func name(_ text: String) -> String { "<bdi>\(Self.text(text))</bdi>" }
}
