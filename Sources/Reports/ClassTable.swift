import Heads
import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A table of the measures of each class, which the page's script sorts and filters.
struct ClassTable {
  let measures: ClassMeasures

  // With more rows, a browser takes long to lay out the table.
  private static let mostRows = 2000

  var html: String {
    // The least recognised classes come first.
    let rows = measures.rows.sorted { ($0.f1 ?? 0, $0.id) < ($1.f1 ?? 0, $1.id) }
    let shown = rows.prefix(Self.mostRows).map { row in
      "<tr><th scope=\"row\">\(Markup.name(row.label))</th>"
        + [row.recall, row.precision, row.f1].map(Self.cell).joined()
        + [row.pictures, row.answers, row.unknown].map { "<td data-v=\"\($0)\">\($0)</td>" }.joined() + "</tr>"
    }
    let heads = ["Class", "Recall", "Precision", "F1", "Pictures", "Answers", "Unknown"]
    let (macro, weighted) = (measures.macro, measures.weighted)
    var parts = [
      """
      <p class="note">Recall is the share of the class's pictures that get its name, precision the share of these answers \
      that are right, F1 their harmonic mean. A picture that is called unknown is not recognised.</p>
      """,
      Markup.table(
        ["Mean", "Recall", "Precision", "F1"],
        [("each class counts equally", macro), ("each picture counts equally", weighted)].map { name, mean in
          [name, Markup.percent(mean.recall), Markup.percent(mean.precision), Markup.percent(mean.f1)]
        }),
      """
      <div class="scroll"><table class="sortable"><thead><tr>\
      \(heads.map { "<th scope=\"col\">\($0)</th>" }.joined())</tr></thead>
      <tbody>
      \(shown.joined(separator: "\n"))
      </tbody></table></div>
      """,
    ]
    if rows.count > shown.count {
      parts.append(
        "<p class=\"note\">The \(shown.count) classes with the lowest F1; \(rows.count - shown.count) more are left out.</p>"
      )
    }
    return parts.joined(separator: "\n")
  }

  private static func cell(_ share: Double?) -> String {
    "<td data-v=\"\(share.map { Decimals.string($0, places: 6) } ?? "-1")\">\(share.map { Markup.percent($0) } ?? "–")</td>"
  }

  /// Sorts a table by the column whose head is pressed, and filters it by the words that are typed. It reads nothing but the
  /// page, and writes no markup. The page is XML too, so it holds neither `<` nor `&`.
  static let script = """
    'use strict';
    for (const table of document.querySelectorAll('table.sortable')) {
      const body = table.tBodies[0];
      const heads = [...table.tHead.rows[0].cells];
      const value = (row, place) => {
        const cell = row.cells[place];
        return cell.dataset.v === undefined ? cell.textContent : Number(cell.dataset.v);
      };
      heads.forEach((head, place) => {
        const button = document.createElement('button');
        button.textContent = head.textContent;
        head.replaceChildren(button);
        button.onclick = () => {
          const falls = head.getAttribute('aria-sort') === 'ascending';
          for (const other of heads) other.removeAttribute('aria-sort');
          head.setAttribute('aria-sort', falls ? 'descending' : 'ascending');
          const rows = [...body.rows].sort((one, other) => {
            const values = [value(one, place), value(other, place)];
            return place === 0 ? values[0].localeCompare(values[1]) : values[0] - values[1];
          });
          body.append(...(falls ? rows.reverse() : rows));
        };
      });
      const box = document.createElement('input');
      box.type = 'search';
      box.placeholder = 'Filter the classes';
      box.setAttribute('aria-label', 'Filter the classes');
      box.oninput = () => {
        const words = box.value.toLowerCase();
        for (const row of body.rows) row.hidden = !row.cells[0].textContent.toLowerCase().includes(words);
      };
      table.parentElement.before(box);
    }
    """

  /// The digest by which the page's security policy allows the script; nil where SHA-256 cannot be computed.
  static let scriptDigest: String? = (try? SHA256Digest(of: Array("\n\(script)\n".utf8))).map {
    "sha256-" + Data($0.bytes).base64EncodedString()
  }
}
