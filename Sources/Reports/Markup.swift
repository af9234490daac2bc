import Heads

/// Pieces of HTML and SVG.
enum Markup {
  /// Text to stand in an element or a quoted attribute: whatever it is, it opens nothing, closes nothing, and turns no
  /// line around.
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

  // Control characters are none of HTML's, and those of writing direction make a name look like another.
  private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: false
    default: !scalar.properties.isNoncharacterCodePoint
    }
  }

  /// Text of at most so many characters, its end left out where it is longer; escaped.
  static func shortText(_ text: String, _ count: Int) -> String {
    // A character may be any number of scalars.
    let start = String(String.UnicodeScalarView(text.prefix(count).unicodeScalars.prefix(4 * count)))
    return Self.text(start.unicodeScalars.count == text.unicodeScalars.count ? text : start.dropLast() + "…")
  }

  /// About how many pixels a text takes, 13 pixels high, cut to so many characters.
  static func width(_ text: String, _ count: Int) -> Double {
    text.prefix(count).reduce(0) { $0 + ($1.isASCII ? 7.2 : 13) }
  }

  /// A length or a place in a drawing.
  static func number(_ value: Double) -> String { Decimals.string(value, places: 1) }

  /// A share of 1 in percent, as in `87.1 %`.
  static func percent(_ share: Double, places: Int = 1) -> String {
    Decimals.string(100 * share, places: places) + " %"
  }

  /// A table; its cells are markup. Those of the first column head their rows.
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

  /// A name that keeps its own writing direction.
  static func name(_ text: String) -> String { "<bdi>\(Self.text(text))</bdi>" }
}
