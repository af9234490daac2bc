import Heads
package import TFLite

/// The `description` of a model in the form of Coral's engine: a line `<class id> <norm>` for each imprinted class.
///
/// The norm is ‖Σx‖ of the class's embeddings. The stored row times the norm is Σx, up to the rounding of the row.
package struct CoralDescription: Sendable, Hashable {
  /// The norms by class id, as text in the form of the file.
  package var norms: [Int: String]

  package init(norms: [Int: String] = [:]) { self.norms = norms }

  /// Reads a description; the result has no classes if the text has another form, such as that of a converter.
  package init(_ description: Text?) {
    norms = [:]
    let words = (description?.string ?? "").split { $0 == " " || $0 == "\n" }
    guard words.count.isMultiple(of: 2) else { return }
    var found: [Int: String] = [:]
    for pair in stride(from: 0, to: words.count, by: 2) {
      guard let id = Int(words[pair]), id >= 0, let norm = Double(words[pair + 1]), (0...Self.largest).contains(norm)
      else {
        return
      }
      if found[id] == nil { found[id] = String(words[pair + 1]) }
    }
    norms = found
  }

  // Greater than the norm of any sum of unit vectors; beyond it neighbouring sums would be indistinguishable.
  private static let largest = 1e12

  /// The description, ascending by class id.
  package var text: Text {
    Text(norms.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }.joined())
  }

  /// Returns a norm as text with six decimal places.
  package static func string(_ norm: Double) -> String { Decimals.string(norm, places: 6) }
}
