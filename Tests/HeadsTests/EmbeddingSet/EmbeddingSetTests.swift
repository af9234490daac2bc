import LinearAlgebra
import TFLite
import TestHeads
import Testing

@testable import Heads

@Suite("Embedding sets")
struct EmbeddingSetTests {
  @Test("Takes the first view as a picture's plain view; a picture of another space has none")
  func plainView() {
    let space = MadeEmbeddings.space()
    let stored = (0..<space.byteCount * space.augmentation.count).map { UInt8(truncatingIfNeeded: 7 * $0) }
    let steps = space.plainSteps(of: EmbeddedPicture(name: "a", embeddings: Bytes(stored)))
    #expect(steps == stored.prefix(space.dimension).map { Float(Int($0) - space.zeroPoint) })
    #expect(space.plainSteps(of: EmbeddedPicture(name: "b", embeddings: Bytes([1]))) == [])
  }

  @Test("Counts and sums of integers are exact, in whatever order and parts they were added")
  func exactSums() throws {
    let whole = try MadeEmbeddings.set(pictures: 0..<6)
    var parts = try MadeEmbeddings.set(pictures: 3..<6)
    try parts.merge(MadeEmbeddings.set(pictures: 0..<3))
    for embeddedClass in whole.classes {
      let other = parts.classes[try #require(parts.place(of: embeddedClass.name))]
      #expect(other.count == embeddedClass.count)
      #expect(other.steps == embeddedClass.steps)
    }
    let expected = (0..<6).reduce(0.0) { $0 + Double(MadeEmbeddings.picture($1, of: 1).embeddings[4]) }
    #expect(whole.classes[1].steps[4] == expected)
  }

  @Test("Past the budget, stores sums, which can be merged and subtracted like embeddings")
  func pastBudget() throws {
    let size = MadeEmbeddings.dimension
    let stored = try MadeEmbeddings.set(pictures: 0..<6)
    let summed = try MadeEmbeddings.set(pictures: 0..<6, budget: 7 * size)
    #expect(stored.hasEmbeddings)
    #expect(!summed.hasEmbeddings)
    #expect(summed.pictures == 18)
    #expect(summed.classes.map(\.steps) == stored.classes.map(\.steps))
    try expectSameMoments(stored, summed)

    var parts = try MadeEmbeddings.set(pictures: 0..<2)
    try parts.merge(MadeEmbeddings.set(pictures: 2..<6, budget: 0))
    #expect(!parts.hasEmbeddings)
    try expectSameMoments(stored, parts)

    try parts.subtract(MadeEmbeddings.set(pictures: 2..<6))
    #expect(parts.pictures == 6)
    try expectSameMoments(try MadeEmbeddings.set(pictures: 0..<2), parts)
  }

  @Test(
    "Adds up and subtracts more pictures than fit into one block",
    arguments: [Augmentation.off, .five])
  func manyBlocks(views: Augmentation) throws {
    let space = MadeEmbeddings.space(views: views)
    let stored = try MadeEmbeddings.set(classes: 0..<2, pictures: 0..<400, in: space)
    var summed = try MadeEmbeddings.set(classes: 0..<2, pictures: 0..<400, in: space, budget: 0)
    try expectSameMoments(stored, summed)
    try summed.subtract(MadeEmbeddings.set(classes: 0..<2, pictures: 3..<400, in: space))
    try expectSameMoments(MadeEmbeddings.set(classes: 0..<2, pictures: 0..<3, in: space), summed)
  }

  @Test(
    "Subtracting all pictures of a class removes it; the other classes keep their sums",
    arguments: [EmbeddingSet.defaultBudget, 0])
  func wholeClasses(budget: Int) throws {
    var set = try MadeEmbeddings.set(classes: 0..<5, budget: budget)
    try set.subtract(MadeEmbeddings.set(classes: 1..<4))
    #expect(set.classes.map(\.name) == ["class 0", "class 4"])
    #expect(set.place(of: "class 4") == 1)
    #expect(set.place(of: "class 2") == nil)
    var rest = try MadeEmbeddings.set(classes: 0..<1)
    try rest.merge(MadeEmbeddings.set(classes: 4..<5))
    try expectSameMoments(rest, set)
  }

  @Test("Past the budget, rejects what needs individual embeddings, and says what was asked for")
  func pastBudgetRefusals() throws {
    var summed = try MadeEmbeddings.set(budget: 0)
    let error = { (words: String) in EmbeddingSetError.pastBudget(words, bytes: 0) }
    #expect(throws: error("removing one picture")) {
      try summed.remove(picture: "class 0/0.jpg", from: "class 0")
    }
    #expect(throws: error("learning from individual pictures")) { try LabelledFeatures(summed) }
    var stored = try MadeEmbeddings.set()
    #expect(throws: error("subtracting individual pictures")) { try stored.subtract(summed) }
    #expect(stored.pictures == 15)
  }

  @Test("Takes a class out of sums: the others keep their sums, and the covariance within the classes stays as it was")
  func classOutOfSums() throws {
    let all = try MadeEmbeddings.set(pictures: 0..<6, budget: 0)
    var summed = all
    try summed.remove(class: "class 1")
    #expect(summed.classes.map(\.name) == ["class 0", "class 2"] && summed.pictures == 12)
    #expect(summed.classes[1].steps == all.classes[2].steps && summed.place(of: "class 2") == 1)
    /// Returns the scatter within the classes.
    func scatter(_ set: EmbeddingSet) throws -> [[Double]] {
      let moments = try set.pooledMoments()
      let (square, sums) = (moments.squareTriangle(), moments.classSums())
      return (0..<set.space.dimension).map { row in
        (row..<set.space.dimension).map { column in
          square[row, column]
            - zip(sums, set.classes).reduce(0) { $0 + $1.0[row] * $1.0[column] / Double($1.1.count) }
        }
      }
    }
    for (before, after) in zip(try scatter(all), try scatter(summed)) {
      for (one, other) in zip(before, after) { #expect(abs(one * 12 / 18 - other) < 1e-9) }
    }
    let file = try MadeEmbeddings.bytes(summed)
    #expect(try EmbeddingSet(Bytes(file), path: "x").classes == summed.classes)
    try summed.merge(MadeEmbeddings.set(classes: 1..<2))
    #expect(summed.pictures == 17)
  }

  @Test("Removes all pictures of a condition, and the classes that become empty")
  func removePictures() throws {
    var set = try MadeEmbeddings.set(pictures: 0..<6)
    #expect(try set.removePictures { picture, label in label == "class 0" || picture.name.hasSuffix("/5.jpg") } == 8)
    #expect(set.classes.map(\.name) == ["class 1", "class 2"] && set.classes.map(\.count) == [5, 5])
    #expect(set.classes[0].steps == (try MadeEmbeddings.set(pictures: 0..<5)).classes[1].steps)
    var summed = try MadeEmbeddings.set(budget: 0)
    #expect(throws: EmbeddingSetError.pastBudget("removing individual pictures", bytes: 0)) {
      try summed.removePictures { _, _ in true }
    }
  }

  @Test("Names the budget that was passed, not that of the set into which the sums were merged")
  func namedBudget() throws {
    let sums = try MadeEmbeddings.set(budget: 20)
    var both = EmbeddingSet(space: sums.space, budget: 1 << 30)
    try both.merge(sums)
    #expect(both.sumsBudget == 20)
    let read = try EmbeddingSet(Bytes(MadeEmbeddings.bytes(both)), path: "x")
    #expect(read.sumsBudget == 20 && read.budget == 1 << 30)
  }

  @Test("Rejects embeddings too wide for sums when they pass the budget, and stays unchanged")
  func tooWide() throws {
    let size = 1 << 20
    let space = EmbeddingSpace(
      extractor: "made up", resize: "crop", augmentation: .off, arithmetic: .exact, dimension: size, element: .uint8,
      zeroPoint: 0, isNonNegative: true)
    let picture = { (name: String) in EmbeddedPicture(name: name, embeddings: Bytes([UInt8](repeating: 7, count: size)))
    }
    var set = EmbeddingSet(space: space, budget: size)
    try set.add(picture("one"), to: "rose")
    #expect(throws: EmbeddingSetError.tooWide(dimension: size, limit: 1 << 14)) {
      try set.add(picture("two"), to: "lily")
    }
    #expect(set.hasEmbeddings && set.classes.map(\.name) == ["rose"] && set.pictures == 1)
    var empty = EmbeddingSet(space: space, budget: 0)
    #expect(throws: EmbeddingSetError.tooWide(dimension: size, limit: 1 << 14)) { try empty.merge(set) }
  }

  @Test("Counts a picture that is added twice once")
  func twice() throws {
    var set = try MadeEmbeddings.set()
    try set.merge(set)
    #expect(set.pictures == 15)
    // Another picture may have the same name.
    try set.add(
      EmbeddedPicture(name: "class 0/0.jpg", embeddings: MadeEmbeddings.picture(9, of: 0).embeddings), to: "class 0")
    #expect(set.pictures == 16)
  }

  @Test("Removes and renames pictures and classes, and leaves nothing of them behind")
  func removal() throws {
    var set = try MadeEmbeddings.set(pictures: 0..<6)
    for number in 3..<6 { try set.remove(picture: "class 1/\(number).jpg", from: "class 1") }
    #expect(set.classes[1].steps == (try MadeEmbeddings.set(pictures: 0..<3)).classes[1].steps)
    try set.remove(class: "class 0")
    #expect(set.classes.map(\.name) == ["class 1", "class 2"])
    try set.rename(class: "class 2", to: "rose")
    #expect(set.place(of: "rose") == 1)
    #expect(throws: EmbeddingSetError.sameName("rose")) { try set.rename(class: "class 1", to: "rose") }
    #expect(throws: EmbeddingSetError.badName(" x")) { try set.rename(class: "class 1", to: " x") }
    for number in 0..<3 { try set.remove(picture: "class 1/\(number).jpg", from: "class 1") }
    #expect(set.classes.map(\.name) == ["rose"])
    #expect(set.place(of: "rose") == 0)
  }

  @Test("Rejects removing what was never added, and stays unchanged")
  func neverAdded() throws {
    var set = try MadeEmbeddings.set()
    #expect(throws: EmbeddingSetError.noClass("weed", known: ["class 0", "class 1", "class 2"])) {
      try set.remove(class: "weed")
    }
    #expect(throws: EmbeddingSetError.noPicture("x.jpg", label: "class 0")) {
      try set.remove(picture: "x.jpg", from: "class 0")
    }
    #expect(throws: EmbeddingSetError.neverAdded("6 pictures of \"class 0\"")) {
      try set.subtract(MadeEmbeddings.set(pictures: 0..<6))
    }
    #expect(throws: EmbeddingSetError.noPicture("class 0/7.jpg", label: "class 0")) {
      try set.subtract(MadeEmbeddings.set(pictures: 7..<8))
    }
    #expect(set.pictures == 15)
  }

  @Test("Subtracts the picture with the same embedding, not another of the same name")
  func sameNames() throws {
    func set(_ numbers: [Int]) throws -> EmbeddingSet {
      var set = EmbeddingSet(space: MadeEmbeddings.space())
      for number in numbers {
        try set.add(
          EmbeddedPicture(name: "1.jpg", embeddings: MadeEmbeddings.picture(number, of: 0).embeddings), to: "rose")
      }
      return set
    }
    var both = try set([1, 2])
    #expect(throws: EmbeddingSetError.noPicture("1.jpg", label: "rose")) { try both.subtract(set([3])) }
    try both.subtract(set([2]))
    #expect(both.classes[0].pictures == (try set([1])).classes[0].pictures)
    #expect(both.classes[0].steps == (try set([1])).classes[0].steps)
  }

  @Test("Rejects another model, resize, number of views or arithmetic by name; accepts other arithmetic on request")
  func otherSpace() throws {
    var set = try MadeEmbeddings.set()
    let others: [(EmbeddingSpace, String)] = [
      (MadeEmbeddings.space(extractor: "beef"), "another model (beef… and not cafe…)"),
      (MadeEmbeddings.space(resize: "squash"), "pictures resized by squash and not by crop"),
      (MadeEmbeddings.space(views: .five), "5 views a picture and not one view"),
      (MadeEmbeddings.space(arithmetic: .int8), "int8 arithmetic and not exact"),
    ]
    for (space, words) in others {
      let error = #expect(throws: EmbeddingSetError.self) { try set.merge(MadeEmbeddings.set(in: space)) }
      #expect("\(try #require(error))".contains(words))
    }
    try set.merge(
      MadeEmbeddings.set(pictures: 7..<9, in: MadeEmbeddings.space(arithmetic: .int8)), anyArithmetic: true)
    #expect(set.pictures == 21)
  }

  @Test("Rejects embeddings of another size, and values that are not finite")
  func badEmbeddings() throws {
    var set = EmbeddingSet(space: MadeEmbeddings.space(element: .float32))
    #expect(throws: EmbeddingSetError.wrongSize(bytes: 3, expected: 48)) {
      try set.add(EmbeddedPicture(name: "a", embeddings: [1, 2, 3]), to: "rose")
    }
    let notNumbers = Bytes(Array(repeating: 0xFF, count: 48))
    #expect(throws: EmbeddingSetError.notFinite(picture: "a")) {
      try set.add(EmbeddedPicture(name: "a", embeddings: notNumbers), to: "rose")
    }
    #expect(set.classes.isEmpty)
  }

  private func expectSameMoments(_ one: EmbeddingSet, _ other: EmbeddingSet) throws {
    let (mine, theirs) = (try one.pooledMoments(), try other.pooledMoments())
    #expect(mine.sums == theirs.sums)
    #expect(mine.square.elements == theirs.square.elements)
  }
}
