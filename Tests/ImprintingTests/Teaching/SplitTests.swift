import Foundation
import Heads
import Imprinting
import Inference
import Pictures
import Testing

@Suite("Pictures held back")
struct SplitTests {
  private func pictures(_ count: Int, _ name: String = "rose") -> LabelledPictures.Class {
    .init(name: name, pictures: (0..<count).map { URL(filePath: "/\(name)/\($0).jpg") })
  }

  @Test(
    "Holds back the first share of each class: at least one picture, never all",
    arguments: [(80, 0.25, 20), (7, 0.25, 1), (3, 0.25, 1), (2, 0.9, 1), (1, 0.25, 0), (10, 0, 0), (10, 0.99, 9)])
  func share(count: Int, ratio: Double, held: Int) throws {
    let split = try Split([pictures(count)], testRatio: ratio)
    #expect(split.heldBack.first?.pictures ?? [] == Array(pictures(count).pictures.prefix(held)))
    #expect(split.training[0].pictures == Array(pictures(count).pictures.dropFirst(held)))
  }

  @Test("Draws shots from the remaining pictures, the same for the same seed")
  func shots() throws {
    let classes = [pictures(40), pictures(40, "iris")]
    let first = try Split(classes, testRatio: 0.25, shots: 5, seed: 7)
    let again = try Split(classes, testRatio: 0.25, shots: 5, seed: 7)
    let other = try Split(classes, testRatio: 0.25, shots: 5, seed: 8)
    #expect(first.training == again.training)
    #expect(first.training != other.training)
    #expect(first.heldBack == other.heldBack)
    for (known, all) in zip(first.training, classes) {
      #expect(known.pictures.count == 5)
      #expect(Set(known.pictures).isSubset(of: all.pictures.dropFirst(10)))
    }
  }

  @Test("Uses all pictures if there are fewer than the shots")
  func manyShots() throws {
    #expect(try Split([pictures(4)], testRatio: 0, shots: 9).training[0].pictures.count == 4)
  }

  @Test("Holds back all pictures that are not drawn as shots; classes without such pictures are left out")
  func rest() {
    let classes = [pictures(40), pictures(9, "iris"), pictures(5, "tulip"), pictures(0, "empty")]
    let first = Split(classes, drawing: 5, seed: 7)
    #expect(first.training.map(\.pictures.count) == [5, 5, 5, 0])
    #expect(first.heldBack.map(\.name) == ["rose", "iris"])
    #expect(first.heldBack.map(\.pictures.count) == [35, 4])
    for (place, heldBackClass) in first.heldBack.enumerated() {
      #expect(Set(first.training[place].pictures + heldBackClass.pictures) == Set(classes[place].pictures))
    }
    #expect(Split(classes, drawing: 5, seed: 7).training == first.training)
    #expect(Split(classes, drawing: 5, seed: 8).training != first.training)
    #expect(Split(classes, drawing: 0, seed: 7).training.map(\.pictures.count) == [1, 1, 1, 0])
  }

  @Test("Rejects shares outside 0 ..< 1", arguments: [-0.1, 1, .nan, 7])
  func bad(ratio: Double) {
    #expect(throws: EvaluationError.self) { try Split([pictures(4)], testRatio: ratio) }
  }
}
