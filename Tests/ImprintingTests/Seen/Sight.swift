import TFLite

@testable import Heads
@testable import Imprinting
@testable import Inference

/// Made-up embeddings: quick, and of any number.
enum Sight {
  static let dimension = 12

  static func space(
    element: EmbeddingSpace.Element = .uint8, resize: String = "crop", views: Augmentation = .off,
    extractor: String = "cafe",
    arithmetic: Arithmetic = .exact, dimension: Int = Sight.dimension
  ) -> EmbeddingSpace {
    EmbeddingSpace(
      extractor: extractor, resize: resize, augmentation: views, arithmetic: arithmetic, dimension: dimension,
      element: element,
      zeroPoint: 0, isNonNegative: true)
  }

  /// A picture whose elements lie about a class's own.
  static func picture(
    _ number: Int, of label: Int, in space: EmbeddingSpace = space(), spread: Double = 40
  ) -> EmbeddedPicture {
    var generator = SplitMix64(seed: UInt64(label * 1000 + number))
    var centre = SplitMix64(seed: UInt64(label + 77))
    let means = (0..<space.dimension).map { _ in Double.random(in: 40...200, using: &centre) }
    var bytes: [UInt8] = []
    for _ in 0..<space.augmentation.count {
      for mean in means {
        let value = min(max(mean + Double.random(in: -spread...spread, using: &generator), 0), 255)
        if space.element == .float32 {
          withUnsafeBytes(of: Float(value).bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        } else {
          bytes.append(UInt8(value))
        }
      }
    }
    return EmbeddedPicture(name: "class \(label)/\(number).jpg", embeddings: Bytes(bytes))
  }

  /// Some classes with some pictures each.
  static func seen(
    classes: Range<Int> = 0..<3, pictures: Range<Int> = 0..<5, in space: EmbeddingSpace = space(),
    budget: Int = EmbeddingSet.defaultBudget
  ) throws -> EmbeddingSet {
    var seen = EmbeddingSet(space: space, budget: budget)
    for label in classes {
      for number in pictures { try seen.add(picture(number, of: label, in: space), to: "class \(label)") }
    }
    return seen
  }

  /// The file's contents in one piece.
  static func bytes(_ seen: EmbeddingSet) throws -> [UInt8] { try seen.pieces().flatMap { Array($0) } }
}
