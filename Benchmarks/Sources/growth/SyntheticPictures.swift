import Imprinting
import TFLite

/// Synthetic embeddings around a pattern for each class, generated on demand; the same number gives the same embedding.
struct SyntheticPictures {
  /// The space of the embeddings: bytes, like those of a quantised network.
  let space: EmbeddingSpace
  /// The number of classes; pictures belong to them in turn.
  let classes: Int

  init(dimension: Int, classes: Int) {
    space = EmbeddingSpace(
      extractor: "synthetic", resize: "crop", augmentation: .off, arithmetic: .exact, dimension: dimension,
      element: .uint8,
      zeroPoint: 0, isNonNegative: true)
    self.classes = classes
  }

  /// Returns the class of a picture.
  func label(of number: Int) -> String { "class \(number % classes)" }

  /// Returns a picture's embedding: each element is the class's own number, up to 127, plus noise up to 63.
  func picture(_ number: Int) -> EmbeddedPicture {
    let dimension = space.dimension
    let bytes = [UInt8](unsafeUninitializedCapacity: dimension) { bytes, count in
      let raw = UnsafeMutableRawBufferPointer(bytes)
      for place in stride(from: 0, to: dimension - dimension % 8, by: 8) {
        let own = Self.mixed(UInt64(number % classes) << 32 | UInt64(place)) & 0x7F7F_7F7F_7F7F_7F7F
        let noise = Self.mixed(1 << 63 | UInt64(number) << 16 | UInt64(place)) & 0x3F3F_3F3F_3F3F_3F3F
        raw.storeBytes(of: own &+ noise, toByteOffset: place, as: UInt64.self)
      }
      for place in dimension - dimension % 8..<dimension { bytes[place] = 1 }
      count = dimension
    }
    return EmbeddedPicture(name: "\(number).jpg", embeddings: Bytes(bytes))
  }

  /// Returns SplitMix64's output for a number: neighbouring numbers give unrelated values.
  private static func mixed(_ number: UInt64) -> UInt64 {
    var value = number &* 0x9E37_79B9_7F4A_7C15
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
