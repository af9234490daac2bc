import ModelSurgery
import TFLite

/// How imprinted classes are balanced with the classes of their base: the logit of an imprinted class is s (a w · z + t), with
/// the unit vector w along the sum of the class's embeddings. The row of the class is a w, and its bias is t.
///
/// Coral's engine has a = 1 and t = 0. In the file's description the norm of a class is ‖Σ x‖ / a, so that the row times the
/// norm is Σ x, from which Coral's engine continues.
///
/// The metadata buffer holds a and t as 32-bit floats, little-endian. A file without a balance has none.
package struct ImprintedBalance: Sendable, Hashable {
  static let metadataName: Text = "imprint.balance"

  /// a.
  package var factor: Float = 1
  /// t.
  package var offset: Float = 0

  package init(factor: Float = 1, offset: Float = 0) {
    self.factor = factor
    self.offset = offset
  }

  /// Reads a buffer; returns nil where its numbers are not those of a balance.
  init?(_ bytes: Bytes) {
    guard bytes.count == 8 else { return nil }
    let numbers = bytes.withUnsafeBytes { ElementEncoding.float32.values($0) }
    guard numbers.count == 2, numbers[0] > 0, numbers.allSatisfy(\.isFinite) else { return nil }
    self.init(factor: numbers[0], offset: numbers[1])
  }

  var bytes: Bytes { Bytes(ElementEncoding.float32.encode([factor, offset])) }

  /// Returns the row of a class, given the direction of the sum of its embeddings.
  package func row(_ direction: [Float]) -> [Float] { factor == 1 ? direction : direction.map { factor * $0 } }

  /// Returns the norm in the description, given ‖Σ x‖.
  package func norm(_ norm: Double) -> String { CoralDescription.string(factor == 1 ? norm : norm / Double(factor)) }
}
