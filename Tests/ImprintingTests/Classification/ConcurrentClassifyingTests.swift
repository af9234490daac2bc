import Foundation
import Heads
import Imprinting
import Inference
import Pictures
import TestMaterial
import Testing

@Suite("Concurrent classification")
struct ConcurrentClassifyingTests {
  @Test("Each call gets the answer for its own picture, though calls share the interpreters")
  func answers() async throws {
    let classifier = try Classifier(contentsOf: Material.model("mobilenet_v1_0.25_128_quant"))
    let pictures = ["cat_test_0", "dog_test_0", "hotdog_test_0", "cat_train_0"].map(Material.coralPicture)
    var sequential: [Answer] = []
    for picture in pictures { sequential.append(try await classifier.classify(picture)) }
    let concurrent = try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
      for call in 0..<40 { group.addTask { (call, try await classifier.classify(pictures[call % 4])) } }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    #expect(concurrent.count == 40)
    for (call, found) in concurrent { #expect(found == sequential[call % 4]) }
  }

  @Test("A picture that is classified on the caller's thread has the same answer, and so does its error")
  func callersThread() async throws {
    let classifier = try Classifier(contentsOf: Material.model("mobilenet_v1_0.25_128_quant"))
    for name in ["cat_test_0", "dog_test_0"] {
      let picture = Material.coralPicture(name)
      let answer = try classifier.classifyHere(.files([picture]), threshold: -.infinity, topK: 3).get()
      #expect(try await classifier.classify(picture) == answer)
    }
    let missing = URL(filePath: "/nowhere/picture.jpg")
    let error = await #expect(throws: PictureError.self) { try await classifier.classify(missing) }
    #expect(throws: try #require(error)) {
      try classifier.classifyHere(.files([missing]), threshold: -.infinity, topK: 3).get()
    }
  }
}
