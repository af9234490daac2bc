import ModelSurgery
import Foundation
import LiteRT
import Pictures
import TFLite
import TestMaterial

@testable import Heads
@testable import Inference

/// The embeddings of the flowers17 pictures by the uint8 extractor, computed once.
enum Flowers17 {
  static let space = EmbeddingSpace(
    extractor: "mobilenet v1", resize: "crop", augmentation: .off, arithmetic: .exact, dimension: 1024, element: .uint8,
    zeroPoint: 0, isNonNegative: true)

  static let perClass = 80

  /// The pictures of each class, sorted by name.
  static let classes = Task<[[EmbeddedPicture]], any Error> {
    let file = try Bytes(mapping: Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor"))
    let runner = try ModelRunner(model: Model(bytes: file), origin: ModelOrigin(file: file), execution: .exact)
    let reader = try ViewReader(width: 224, height: 224, resize: .crop)
    let folders = try FileManager.default.contentsOfDirectory(atPath: Material.flowers17.path).sorted()
    let files = try folders.flatMap { folder in
      let root = Material.flowers17.appending(path: folder)
      return try FileManager.default.contentsOfDirectory(atPath: root.path).sorted().map { root.appending(path: $0) }
    }
    var pictures: [EmbeddedPicture] = []
    try await runner.run(
      .files(files), by: reader, read: { Array($0) },
      deliver: { index, embedding in
        let bytes = Bytes(Array(try embedding.get().joined()))
        pictures.append(EmbeddedPicture(name: files[index].lastPathComponent, embeddings: bytes))
      })
    return stride(from: 0, to: pictures.count, by: perClass).map { Array(pictures[$0..<$0 + perClass]) }
  }

  /// Returns the embeddings of a number of pictures per class, after the first twenty.
  static func embeddings(_ classes: [[EmbeddedPicture]], shots: Int) throws -> EmbeddingSet {
    var set = EmbeddingSet(space: space)
    for (place, pictures) in classes.enumerated() {
      for picture in pictures[20..<20 + shots] { try set.add(picture, to: "flower \(place)") }
    }
    return set
  }

  /// Returns the accuracy of a head on the first twenty pictures of each class.
  static func accuracy(_ head: LinearHead, _ classes: [[EmbeddedPicture]]) -> Double {
    var right = 0
    for (place, pictures) in classes.enumerated() {
      for picture in pictures[..<20] {
        let logits = head.logits(of: space.steps(picture.embeddings))
        if logits.indices.max(by: { logits[$0] < logits[$1] }) == place { right += 1 }
      }
    }
    return Double(right) / Double(20 * classes.count)
  }
}
