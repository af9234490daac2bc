import Foundation
import Heads
import Imprinting
import Inference
import TestMaterial
import Testing

@Suite("Many calls at the same time")
struct ConcurrentClassifyingTests {
  @Test("Each gets the answer for its own picture, though they share the instances of the model")
  func answers() async throws {
    let classifier = try Classifier(contentsOf: Material.model("mobilenet_v1_0.25_128_quant"))
    let pictures = ["cat_test_0", "dog_test_0", "hotdog_test_0", "cat_train_0"].map(Material.coralPicture)
    var alone: [Answer] = []
    for picture in pictures { alone.append(try await classifier.classify(picture)) }
    let together = try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
      for call in 0..<40 { group.addTask { (call, try await classifier.classify(pictures[call % 4])) } }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    #expect(together.count == 40)
    for (call, found) in together { #expect(found == alone[call % 4]) }
  }
}
