import Foundation
import Pictures
import TestMaterial

/// The reference values of the l2norm model on Coral's pictures, computed with another runtime.
struct CoralGolden: Decodable {
  struct Picture: Decodable {
    let embeddingNorm: Double
    let embeddingArgmax: [Int]
    let embeddingMax: [Float]
  }

  struct Run: Decodable {
    /// Class ids and norms.
    let classNorms: [[Double]]
    /// The best class ids and scores of each picture.
    let scores: [String: [[Double]]]
  }

  let images: [String: Picture]
  let newClassesOnly: Run
  let keepClasses: Run

  static func load() throws -> CoralGolden {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(CoralGolden.self, from: Data(contentsOf: Material.golden("l2norm_coral.json")))
  }

  /// The training pictures of each class of Coral's test.
  static let lessons = [["cat_train_0"], ["dog_train_0"], ["hotdog_train_0", "hotdog_train_1"]]

  /// Returns a picture, resized as in Coral's tests.
  static func picture(_ name: String) throws -> PixelTensor {
    try PictureReader(width: 224, height: 224, resize: .nearest).read(Material.coralPicture(name))
  }
}
