import TFLite

/// The exact sums and counts of the imprinted classes, as they stand in a metadata buffer of the model file.
///
/// Coral's description gives sums back only up to the rounding of the stored rows. The buffer, little-endian throughout:
///
/// | bytes | what |
/// | --- | --- |
/// | 4 | `IMPS` |
/// | 4 | version, 1 |
/// | 4 | D, the elements of an embedding |
/// | 4 | number of classes |
///
/// and for each class: its id (4), the number of pictures (8; all ones where unknown), the width of an element in bytes
/// (1), and D elements: signed integers of 1, 2 or 4 bytes, or 64-bit floats, the smallest form that loses nothing.
package struct StoredSums: Sendable, Hashable {
  package static let metadataName: Text = "imprint.sums"

  package var dimension: Int
  package var sums: [Int: EmbeddingSum]

  package init(dimension: Int, sums: [Int: EmbeddingSum]) {
    self.dimension = dimension
    self.sums = sums
  }

  /// Reads a buffer; nil where it is of another form, another version or another dimension.
  package init?(_ bytes: Bytes, dimension: Int) {
    var reader = Reader(bytes: bytes)
    guard reader.unsigned(4) == Self.magic, reader.unsigned(4) == Self.version, reader.unsigned(4) == UInt64(dimension),
      let count = reader.unsigned(4)
    else { return nil }
    self.dimension = dimension
    sums = [:]
    // A damaged count ends with the bytes: nothing is reserved for it.
    for _ in 0..<count {
      guard let id = reader.unsigned(4), let pictures = reader.unsigned(8), let width = reader.unsigned(1),
        let steps = reader.elements(dimension, width: Int(width))
      else { return nil }
      // No sum of so many pictures would be exact.
      guard pictures == .max || pictures < 1 << 53 else { return nil }
      let known = pictures == .max ? nil : Int(pictures)
      sums[Int(id)] = EmbeddingSum(steps: steps, count: known)
    }
  }

  /// The buffer, classes ascending.
  package var bytes: Bytes {
    var out: [UInt8] = []
    func append(_ value: UInt64, _ width: Int) {
      for byte in 0..<width { out.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte)))) }
    }
    append(Self.magic, 4)
    append(Self.version, 4)
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

  private static let magic: UInt64 = 0x5350_4D49
  private static let version: UInt64 = 1

  private static func width(of steps: [Double]) -> Int {
    guard steps.allSatisfy({ Int32(exactly: $0) != nil && !($0 == 0 && $0.sign == .minus) }) else { return 8 }
    let largest = steps.map(abs).max() ?? 0
    return largest <= 127 ? 1 : largest <= 32767 ? 2 : 4
  }
}

/// Reads little-endian numbers one after the other, and nothing beyond the end.
private struct Reader {
  let bytes: Bytes
  var position = 0

  mutating func unsigned(_ width: Int) -> UInt64? {
    guard let slice = bytes.slice(checked(width)) else { return nil }
    position += width
    return slice.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  mutating func elements(_ count: Int, width: Int) -> [Double]? {
    guard [1, 2, 4, 8].contains(width), count <= bytes.count, let slice = bytes.slice(checked(count * width)) else {
      return nil
    }
    position += count * width
    let elements = slice.withUnsafeBytes { raw in
      (0..<count).map { index -> Double in
        let offset = index * width
        return switch width {
        case 1: Double(raw.loadUnaligned(fromByteOffset: offset, as: Int8.self))
        case 2: Double(Int16(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: Int16.self)))
        case 4: Double(Int32(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        default: Double(bitPattern: UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
        }
      }
    }
    return elements.allSatisfy(\.isFinite) ? elements : nil
  }

  /// The next bytes, or an empty range beyond the end where there are not so many.
  private func checked(_ count: Int) -> Range<Int> {
    position <= bytes.count - count ? position..<position + count : bytes.count + 1..<bytes.count + 1
  }
}
