import ModelSurgery
import TFLite
import Testing

@testable import Heads

@Suite("The imprinted head")
struct ImprintedTests {
  @Test("The row of a class is 40 times the unit vector along the sum of its unit embeddings; biases are 0")
  func rows() throws {
    let maker = ClusteredEmbeddings(dimension: 3)
    let solved = try Imprinted().solve(maker.set(embeddings: [[[3, 4, 0], [0, 200, 0]], [[0, 0, 7]]]))
    // (0.6, 0.8, 0) + (0, 1, 0) = (0.6, 1.8, 0), of length √3.6.
    let expected: [Float] = [0.6, 1.8, 0].map { 40 * $0 / Float(3.6).squareRoot() } + [0, 0, 40]
    for (weight, wanted) in zip(solved.head.weights, expected) { #expect(abs(weight - wanted) < 1e-4) }
    #expect(solved.head.biases == [0, 0])
    #expect(solved.head.transform == .plain)
    #expect(solved.classes == ["class 0", "class 1"])
  }

  @Test("Leave-one-out logits equal those of a head solved without the picture", arguments: [Augmentation.off, .five])
  func leaveOneOut(views: Augmentation) throws {
    let set = try ClusteredEmbeddings(views: views).set([3, 2, 4])
    let answers = try #require(try Imprinted().solve(set).leaveOneOut).predictions
    #expect(answers.count == 9)
    for (place, embeddedClass) in set.classes.enumerated() {
      for picture in embeddedClass.pictures {
        var rest = set
        try rest.remove(picture: picture.name, from: embeddedClass.name)
        let steps = set.space.steps(picture.embeddings).prefix(set.space.dimension)
        let logits = try Imprinted().solve(rest).head.logits(of: Array(steps))
        let answer = try #require(answers.first { $0.picture == picture.name })
        #expect(answer.label == place)
        for (one, other) in zip(answer.logits, logits) { #expect(abs(one - other) < 1e-4) }
      }
    }
  }

  @Test("Leave-one-out skips a class with one picture, and names it")
  func single() throws {
    let solved = try Imprinted().solve(ClusteredEmbeddings().set([1, 3]))
    let leaveOneOut = try #require(solved.leaveOneOut)
    #expect(leaveOneOut.singles == ["class 0"])
    #expect(leaveOneOut.predictions.allSatisfy { $0.label == 1 })
    #expect(try Imprinted().solve(ClusteredEmbeddings().set([1, 1])).leaveOneOut == nil)
  }

  @Test("Past the budget, solves from the exact sums, without leave-one-out")
  func pastBudget() throws {
    var maker = ClusteredEmbeddings()
    let (set, queries) = try maker.setAndQueries([5, 5, 5], queries: 10)
    maker.budget = 0
    let sums = try maker.setAndQueries([5, 5, 5], queries: 10).set
    #expect(!sums.hasEmbeddings)
    let solved = try Imprinted().solve(sums)
    #expect(solved.leaveOneOut == nil)
    for (place, embeddedClass) in set.classes.enumerated() {
      let length = embeddedClass.steps.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for (weight, sum) in zip(solved.head.weights.dropFirst(place * 16), embeddedClass.steps) {
        #expect(abs(Double(weight) - 40 * sum / length) < 1e-4)
      }
    }
    #expect(solved.head.accuracy(queries) == 1)
  }

  @Test("Solves for one class, rejects an empty set, and gives a class of black pictures a row of zeros")
  func few() throws {
    #expect(try Imprinted().solve(ClusteredEmbeddings().set([2])).head.classCount == 1)
    #expect(throws: HeadError.tooFewClasses(0)) { try Imprinted().solve(ClusteredEmbeddings().set([])) }
    let black = try Imprinted().solve(
      ClusteredEmbeddings(dimension: 2).set(embeddings: [[[0, 0], [0, 0]], [[1, 2], [1, 2]]]))
    #expect(black.head.weights.prefix(2) == [0, 0])
    #expect(black.leaveOneOut?.predictions.allSatisfy { $0.logits.allSatisfy(\.isFinite) } == true)
  }

  @Test("Rejects a scale that is not a positive number", arguments: [0, -1, .nan, .infinity])
  func badScale(scale: Double) throws {
    let set = try ClusteredEmbeddings().set([1, 1])
    #expect(throws: HeadError.self) { try Imprinted(scale: scale).solve(set) }
  }
}
