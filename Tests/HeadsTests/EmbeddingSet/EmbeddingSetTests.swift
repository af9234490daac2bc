import LinearAlgebra
import TFLite
import TestHeads
import Testing

@testable import Heads

@Suite("What was seen")
struct SeenTests {
  @Test("A picture's plain view is the first; of another space there is none")
  func plainView() {
    let space = MadeEmbeddings.space()
    let stored = (0..<space.byteCount * space.augmentation.count).map { UInt8(truncatingIfNeeded: 7 * $0) }
    let steps = space.plainSteps(of: EmbeddedPicture(name: "a", embeddings: Bytes(stored)))
    #expect(steps == stored.prefix(space.dimension).map { Float(Int($0) - space.zeroPoint) })
    #expect(space.plainSteps(of: EmbeddedPicture(name: "b", embeddings: Bytes([1]))) == [])
  }

  @Test("Counts and sums of whole numbers are exact, whatever the order and the parts")
  func exactSums() throws {
    let whole = try MadeEmbeddings.set(pictures: 0..<6)
    var parts = try MadeEmbeddings.set(pictures: 3..<6)
    try parts.merge(MadeEmbeddings.set(pictures: 0..<3))
    for known in whole.classes {
      let other = parts.classes[try #require(parts.place(of: known.name))]
      #expect(other.count == known.count)
      #expect(other.steps == known.steps)
    }
    let expected = (0..<6).reduce(0.0) { $0 + Double(MadeEmbeddings.picture($1, of: 1).embeddings[4]) }
    #expect(whole.classes[1].steps[4] == expected)
  }

  @Test("Beyond the budget sums are kept that merge and are taken away like embeddings")
  func pastBudget() throws {
    let size = MadeEmbeddings.dimension
    let kept = try MadeEmbeddings.set(pictures: 0..<6)
    let summed = try MadeEmbeddings.set(pictures: 0..<6, budget: 7 * size)
    #expect(kept.hasEmbeddings)
    #expect(!summed.hasEmbeddings)
    #expect(summed.pictures == 18)
    #expect(summed.classes.map(\.steps) == kept.classes.map(\.steps))
    try expectSameMoments(kept, summed)

    var parts = try MadeEmbeddings.set(pictures: 0..<2)
    try parts.merge(MadeEmbeddings.set(pictures: 2..<6, budget: 0))
    #expect(!parts.hasEmbeddings)
    try expectSameMoments(kept, parts)

    try parts.subtract(MadeEmbeddings.set(pictures: 2..<6))
    #expect(parts.pictures == 6)
    try expectSameMoments(try MadeEmbeddings.set(pictures: 0..<2), parts)
  }

  @Test(
    "More pictures than are squared at once give the sums of all, and come away again",
    arguments: [Augmentation.off, .five])
  func manyBlocks(views: Augmentation) throws {
    let space = MadeEmbeddings.space(views: views)
    let kept = try MadeEmbeddings.set(classes: 0..<2, pictures: 0..<400, in: space)
    var summed = try MadeEmbeddings.set(classes: 0..<2, pictures: 0..<400, in: space, budget: 0)
    try expectSameMoments(kept, summed)
    try summed.subtract(MadeEmbeddings.set(classes: 0..<2, pictures: 3..<400, in: space))
    try expectSameMoments(MadeEmbeddings.set(classes: 0..<2, pictures: 0..<3, in: space), summed)
  }

  @Test(
    "Classes that are taken away whole go, and the others keep their sums", arguments: [EmbeddingSet.defaultBudget, 0])
  func wholeClasses(budget: Int) throws {
    var seen = try MadeEmbeddings.set(classes: 0..<5, budget: budget)
    try seen.subtract(MadeEmbeddings.set(classes: 1..<4))
    #expect(seen.classes.map(\.name) == ["class 0", "class 4"])
    #expect(seen.place(of: "class 4") == 1)
    #expect(seen.place(of: "class 2") == nil)
    var rest = try MadeEmbeddings.set(classes: 0..<1)
    try rest.merge(MadeEmbeddings.set(classes: 4..<5))
    try expectSameMoments(rest, seen)
  }

  @Test("Beyond the budget it says what is no longer to be had")
  func pastBudgetRefusals() throws {
    var summed = try MadeEmbeddings.set(budget: 0)
    let refused = { (words: String) in EmbeddingSetError.pastBudget(words, bytes: 0) }
    #expect(throws: refused("removing one picture")) {
      try summed.remove(picture: "class 0/0.jpg", from: "class 0")
    }
    #expect(throws: refused("removing a class")) { try summed.remove(class: "class 0") }
    #expect(throws: refused("learning from single pictures")) { try LabelledFeatures(summed) }
    var kept = try MadeEmbeddings.set()
    #expect(throws: refused("subtracting single pictures")) { try kept.subtract(summed) }
    #expect(kept.pictures == 15)
  }

  @Test("Embeddings too wide for sums are refused past the budget, and what was there stays")
  func tooWide() throws {
    let size = 1 << 20
    let space = EmbeddingSpace(
      extractor: "made up", resize: "crop", augmentation: .off, arithmetic: .exact, dimension: size, element: .uint8,
      zeroPoint: 0, isNonNegative: true)
    let picture = { (name: String) in EmbeddedPicture(name: name, embeddings: Bytes([UInt8](repeating: 7, count: size)))
    }
    var seen = EmbeddingSet(space: space, budget: size)
    try seen.add(picture("one"), to: "rose")
    #expect(throws: EmbeddingSetError.tooWide(dimension: size, limit: 1 << 14)) {
      try seen.add(picture("two"), to: "lily")
    }
    #expect(seen.hasEmbeddings && seen.classes.map(\.name) == ["rose"] && seen.pictures == 1)
    var none = EmbeddingSet(space: space, budget: 0)
    #expect(throws: EmbeddingSetError.tooWide(dimension: size, limit: 1 << 14)) { try none.merge(seen) }
  }

  @Test("A picture that was seen already counts once")
  func twice() throws {
    var seen = try MadeEmbeddings.set()
    try seen.merge(seen)
    #expect(seen.pictures == 15)
    // Another picture may have the same name.
    try seen.add(
      EmbeddedPicture(name: "class 0/0.jpg", embeddings: MadeEmbeddings.picture(9, of: 0).embeddings), to: "class 0")
    #expect(seen.pictures == 16)
  }

  @Test("Pictures and classes are removed and renamed, and nothing of them stays")
  func removal() throws {
    var seen = try MadeEmbeddings.set(pictures: 0..<6)
    for number in 3..<6 { try seen.remove(picture: "class 1/\(number).jpg", from: "class 1") }
    #expect(seen.classes[1].steps == (try MadeEmbeddings.set(pictures: 0..<3)).classes[1].steps)
    try seen.remove(class: "class 0")
    #expect(seen.classes.map(\.name) == ["class 1", "class 2"])
    try seen.rename(class: "class 2", to: "rose")
    #expect(seen.place(of: "rose") == 1)
    #expect(throws: EmbeddingSetError.sameName("rose")) { try seen.rename(class: "class 1", to: "rose") }
    #expect(throws: EmbeddingSetError.badName(" x")) { try seen.rename(class: "class 1", to: " x") }
    for number in 0..<3 { try seen.remove(picture: "class 1/\(number).jpg", from: "class 1") }
    #expect(seen.classes.map(\.name) == ["rose"])
    #expect(seen.place(of: "rose") == 0)
  }

  @Test("What was never added cannot be taken away, and nothing is")
  func neverAdded() throws {
    var seen = try MadeEmbeddings.set()
    #expect(throws: EmbeddingSetError.noClass("weed", known: ["class 0", "class 1", "class 2"])) {
      try seen.remove(class: "weed")
    }
    #expect(throws: EmbeddingSetError.noPicture("x.jpg", label: "class 0")) {
      try seen.remove(picture: "x.jpg", from: "class 0")
    }
    #expect(throws: EmbeddingSetError.neverAdded("6 pictures of \"class 0\"")) {
      try seen.subtract(MadeEmbeddings.set(pictures: 0..<6))
    }
    #expect(throws: EmbeddingSetError.noPicture("class 0/7.jpg", label: "class 0")) {
      try seen.subtract(MadeEmbeddings.set(pictures: 7..<8))
    }
    #expect(seen.pictures == 15)
  }

  @Test("Taken away is the picture that was added, and not another of its name")
  func sameNames() throws {
    func seen(_ numbers: [Int]) throws -> EmbeddingSet {
      var seen = EmbeddingSet(space: MadeEmbeddings.space())
      for number in numbers {
        try seen.add(
          EmbeddedPicture(name: "1.jpg", embeddings: MadeEmbeddings.picture(number, of: 0).embeddings), to: "rose")
      }
      return seen
    }
    var both = try seen([1, 2])
    #expect(throws: EmbeddingSetError.noPicture("1.jpg", label: "rose")) { try both.subtract(seen([3])) }
    try both.subtract(seen([2]))
    #expect(both.classes[0].pictures == (try seen([1])).classes[0].pictures)
    #expect(both.classes[0].steps == (try seen([1])).classes[0].steps)
  }

  @Test("Another model, resize, number of views or arithmetic is refused by name; other arithmetic on request taken")
  func otherSpace() throws {
    var seen = try MadeEmbeddings.set()
    let others: [(EmbeddingSpace, String)] = [
      (MadeEmbeddings.space(extractor: "beef"), "another model (beef… and not cafe…)"),
      (MadeEmbeddings.space(resize: "squash"), "pictures resized by squash and not by crop"),
      (MadeEmbeddings.space(views: .five), "5 views a picture and not one view"),
      (MadeEmbeddings.space(arithmetic: .int8), "int8 arithmetic and not exact"),
    ]
    for (space, words) in others {
      let error = #expect(throws: EmbeddingSetError.self) { try seen.merge(MadeEmbeddings.set(in: space)) }
      #expect("\(try #require(error))".contains(words))
    }
    try seen.merge(
      MadeEmbeddings.set(pictures: 7..<9, in: MadeEmbeddings.space(arithmetic: .int8)), anyArithmetic: true)
    #expect(seen.pictures == 21)
  }

  @Test("Embeddings of another size, and numbers that are none, are refused")
  func badEmbeddings() throws {
    var seen = EmbeddingSet(space: MadeEmbeddings.space(element: .float32))
    #expect(throws: EmbeddingSetError.wrongSize(bytes: 3, expected: 48)) {
      try seen.add(EmbeddedPicture(name: "a", embeddings: [1, 2, 3]), to: "rose")
    }
    let none = Bytes(Array(repeating: 0xFF, count: 48))
    #expect(throws: EmbeddingSetError.notFinite(picture: "a")) {
      try seen.add(EmbeddedPicture(name: "a", embeddings: none), to: "rose")
    }
    #expect(seen.classes.isEmpty)
  }

  private func expectSameMoments(_ one: EmbeddingSet, _ other: EmbeddingSet) throws {
    let (mine, theirs) = (try one.pooledMoments(), try other.pooledMoments())
    for (left, right) in zip(mine.sums.joined(), theirs.sums.joined()) { #expect(abs(left - right) < 1e-12) }
    for (left, right) in zip(
      try mine.wholeSquare().upperTriangle().elements, try theirs.wholeSquare().upperTriangle().elements)
    {
      #expect(abs(left - right) < 1e-12)
    }
  }
}
