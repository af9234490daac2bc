import Heads
package import TFLite

/// A model's `description` as Coral's engine writes it: a line `<class id> <norm>` for each imprinted class.
///
/// The norm is ‖Σx‖ of the class's embeddings. Multiplied by the stored row it gives the sum, up to the row's rounding.
package struct CoralDescription: Sendable, Hashable {
  /// Norms by class id, each as the text in the file.
  package var norms: [Int: String]

  package init(norms: [Int: String] = [:]) { self.norms = norms }

  /// Reads a description; one of another form, such as a converter's own text, has no classes.
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

  // More than any sum of unit vectors; beyond it the sum could not be told from its neighbours.
  private static let largest = 1e12

  /// The description, ascending by class id.
  package var text: Text {
    Text(norms.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }.joined())
  }

  /// Returns a norm as text with six decimal places.
  package static func string(_ norm: Double) -> String { Decimals.string(norm, places: 6) }
}
