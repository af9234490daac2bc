import ModelSurgery
import TFLite
import Testing

@testable import Heads

@Suite("A head by imprinting")
struct ImprintedTests {
  @Test("A class's row is 40 times the direction of the sum of its unit embeddings, without a bias")
  func rows() throws {
    let vectors = TaughtVectors(dimension: 3)
    let solved = try Imprinted().solve(vectors.seen(embeddings: [[[3, 4, 0], [0, 200, 0]], [[0, 0, 7]]]))
    // (0.6, 0.8, 0) + (0, 1, 0) = (0.6, 1.8, 0), of length √3.6.
    let expected: [Float] = [0.6, 1.8, 0].map { 40 * $0 / Float(3.6).squareRoot() } + [0, 0, 40]
    for (weight, wanted) in zip(solved.head.weights, expected) { #expect(abs(weight - wanted) < 1e-4) }
    #expect(solved.head.biases == [0, 0])
    #expect(solved.head.transform == .plain)
    #expect(solved.classes == ["class 0", "class 1"])
  }

  @Test("Leaving a picture out gives what solving without it gives", arguments: [Augmentation.off, .five])
  func leaveOneOut(views: Augmentation) throws {
    let seen = try TaughtVectors(views: views).seen([3, 2, 4])
    let answers = try #require(try Imprinted().solve(seen).leaveOneOut).predictions
    #expect(answers.count == 9)
    for (place, known) in seen.classes.enumerated() {
      for picture in known.pictures {
        var rest = seen
        try rest.remove(picture: picture.name, from: known.name)
        let steps = seen.space.steps(picture.embeddings).prefix(seen.space.dimension)
        let logits = try Imprinted().solve(rest).head.logits(of: Array(steps))
        let answer = try #require(answers.first { $0.picture == picture.name })
        #expect(answer.label == place)
        for (one, other) in zip(answer.logits, logits) { #expect(abs(one - other) < 1e-4) }
      }
    }
  }

  @Test("A class with one picture is named among those of which nothing is known")
  func single() throws {
    let solved = try Imprinted().solve(TaughtVectors().seen([1, 3]))
    let leaveOneOut = try #require(solved.leaveOneOut)
    #expect(leaveOneOut.singles == ["class 0"])
    #expect(leaveOneOut.predictions.allSatisfy { $0.label == 1 })
    #expect(try Imprinted().solve(TaughtVectors().seen([1, 1])).leaveOneOut == nil)
  }

  @Test("Past the budget the rows are directions of the exact sums, and nothing can be left out")
  func pastBudget() throws {
    var vectors = TaughtVectors()
    let (seen, asked) = try vectors.seenAndAsked([5, 5, 5], asked: 10)
    vectors.budget = 0
    let sums = try vectors.seenAndAsked([5, 5, 5], asked: 10).seen
    #expect(!sums.hasEmbeddings)
    let solved = try Imprinted().solve(sums)
    #expect(solved.leaveOneOut == nil)
    for (place, known) in seen.classes.enumerated() {
      let length = known.steps.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for (weight, sum) in zip(solved.head.weights.dropFirst(place * 16), known.steps) {
        #expect(abs(Double(weight) - 40 * sum / length) < 1e-4)
      }
    }
    #expect(solved.head.accuracy(asked) == 1)
  }

  @Test("One class is enough, none is not, and a class of black pictures has a row of zeros")
  func few() throws {
    #expect(try Imprinted().solve(TaughtVectors().seen([2])).head.classCount == 1)
    #expect(throws: HeadError.tooFewClasses(0)) { try Imprinted().solve(TaughtVectors().seen([])) }
    let black = try Imprinted().solve(
      TaughtVectors(dimension: 2).seen(embeddings: [[[0, 0], [0, 0]], [[1, 2], [1, 2]]]))
    #expect(black.head.weights.prefix(2) == [0, 0])
    #expect(black.leaveOneOut?.predictions.allSatisfy { $0.logits.allSatisfy(\.isFinite) } == true)
  }

  @Test("A scale that is no positive number is refused", arguments: [0, -1, .nan, .infinity])
  func badScale(scale: Double) throws {
    let seen = try TaughtVectors().seen([1, 1])
    #expect(throws: HeadError.self) { try Imprinted(scale: scale).solve(seen) }
  }
}
