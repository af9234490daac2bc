package import Heads
import ModelSurgery
package import TFLite

/// The exact sums and counts of the imprinted classes, in a metadata buffer of the model file.
///
/// From Coral's description sums can be restored only up to the rounding of the stored rows. The buffer, little-endian
/// throughout, has:
///
/// | bytes | content |
/// | --- | --- |
/// | 4 | `IMPS` |
/// | 4 | version, 1 |
/// | 4 | D, the number of elements of an embedding |
/// | 4 | number of classes |
///
/// and for each class: its id (4), the number of pictures (8; all ones where unknown), the width of an element in bytes
/// (1), and D elements: signed integers of 1, 2 or 4 bytes, or 64-bit floats, in the smallest lossless form.
package struct StoredSums: Sendable, Hashable {
  package static let metadataName: Text = "imprint.sums"

  package var dimension: Int
  package var sums: [Int: EmbeddingSum]

  package init(dimension: Int, sums: [Int: EmbeddingSum]) {
    self.dimension = dimension
    self.sums = sums
  }

  /// Reads a buffer; returns nil if it has another format, version or dimension.
  package init?(_ bytes: Bytes, dimension: Int) {
    var reader = ByteCursor(bytes)
    guard reader.next(UInt32.self) == Self.magic, reader.next(UInt32.self) == Self.version,
      reader.next(UInt32.self).map(Int.init) == dimension, let count = reader.next(UInt32.self)
    else { return nil }
    self.dimension = dimension
    sums = [:]
    // A damaged count does no harm: reading ends with the bytes, and no memory is reserved for it.
    for _ in 0..<count {
      guard let id = reader.next(UInt32.self), let pictures = reader.next(UInt64.self),
        let width = reader.next(UInt8.self), let steps = Self.elements(dimension, width: width, &reader),
        steps.allSatisfy(\.isFinite)
      else { return nil }
      // Sums of more pictures are not exact.
      guard pictures == .max || pictures < 1 << 53 else { return nil }
      let known = pictures == .max ? nil : Int(pictures)
      sums[Int(id)] = EmbeddingSum(steps: steps, count: known)
    }
  }

  private static func elements(_ count: Int, width: UInt8, _ reader: inout ByteCursor) -> [Double]? {
    switch width {
    case 1: reader.numbers(count, of: Int8.self) { Double($0) }
    case 2: reader.numbers(count, of: Int16.self) { Double($0) }
    case 4: reader.numbers(count, of: Int32.self) { Double($0) }
    case 8: reader.doubles(count)
    default: nil
    }
  }

  /// The buffer, with classes in ascending order.
  package var bytes: Bytes {
    var out: [UInt8] = []
    func append(_ value: UInt64, _ width: Int) {
      for byte in 0..<width { out.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte)))) }
    }
    append(UInt64(Self.magic), 4)
    append(UInt64(Self.version), 4)
    append(UInt64(dimension), 4)
    append(UInt64(sums.count), 4)
    for (id, sum) in sums.sorted(by: { $0.key < $1.key }) {
      append(UInt64(id), 4)
      append(sum.count.map(UInt64.init) ?? .max, 8)
      let width = Self.width(of: sum.steps)
      append(UInt64(width), 1)
      for step in sum.steps {
        append(width == 8 ? step.bitPattern : UInt64(bitPattern: Int64(step)), width)
      }
    }
    return Bytes(out)
  }

  private static let magic: UInt32 = 0x5350_4D49
  private static let version: UInt32 = 1

  private static func width(of steps: [Double]) -> Int {
    guard steps.allSatisfy({ Int32(exactly: $0) != nil && !($0 == 0 && $0.sign == .minus) }) else { return 8 }
    let largest = steps.map(abs).max() ?? 0
    return largest <= 127 ? 1 : largest <= 32767 ? 2 : 4
  }
}
