public import Heads
import ModelSurgery
import TFLite
import TestMaterial

/// Made-up embeddings for tests.
public enum MadeEmbeddings {
  /// The default number of elements of an embedding.
  public static let dimension = 12

  /// Returns an embedding space, by default that of a uint8 extractor.
  public static func space(
    element: EmbeddingSpace.Element = .uint8, resize: String = "crop", views: Augmentation = .off,
    extractor: String = "cafe", arithmetic: Arithmetic = .exact, dimension: Int = MadeEmbeddings.dimension
  ) -> EmbeddingSpace {
    EmbeddingSpace(
      extractor: extractor, resize: resize, augmentation: views, arithmetic: arithmetic, dimension: dimension,
      element: element, zeroPoint: 0, isNonNegative: true)
  }

  /// Returns a picture whose embeddings lie around the centre of its class.
  public static func picture(
    _ number: Int, of label: Int, in space: EmbeddingSpace = space(), spread: Double = 40
  ) -> EmbeddedPicture {
    var generator = SeededGenerator(seed: label * 1000 + number)
    var centre = SeededGenerator(seed: label + 77)
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

  /// Returns a set of the given classes with the given pictures of each.
  public static func set(
    classes: Range<Int> = 0..<3, pictures: Range<Int> = 0..<5, in space: EmbeddingSpace = space(),
    budget: Int = EmbeddingSet.defaultBudget
  ) throws -> EmbeddingSet {
    var set = EmbeddingSet(space: space, budget: budget)
    for label in classes {
      for number in pictures { try set.add(picture(number, of: label, in: space), to: "class \(label)") }
    }
    return set
  }
}
