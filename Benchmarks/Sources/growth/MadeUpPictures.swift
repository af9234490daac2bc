import Imprinting
import TFLite

/// Embeddings made as they are needed, around a pattern of each class; the same numbers give the same embeddings.
struct MadeUpPictures {
  /// The space of the embeddings: bytes, as a quantised network's are.
  let space: EmbeddingSpace
  /// How many classes the pictures are of, in turn.
  let classes: Int

  init(dimension: Int, classes: Int) {
    space = EmbeddingSpace(
      extractor: "made up", resize: "crop", augmentation: .off, arithmetic: .exact, dimension: dimension, element: .uint8,
      zeroPoint: 0, isNonNegative: true)
    self.classes = classes
  }

  /// The class of a picture.
  func label(of number: Int) -> String { "class \(number % classes)" }

  /// A picture: a byte is the class's own, up to 127, and noise up to 63 on top.
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

  /// SplitMix64's output function: neighbouring numbers give values that have nothing to do with one another.
  private static func mixed(_ number: UInt64) -> UInt64 {
    var value = number &* 0x9E37_79B9_7F4A_7C15
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
