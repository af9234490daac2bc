import ModelSurgery
import LinearAlgebra
import Testing

@testable import Heads

@Suite("Several prototypes a class")
struct PrototypesTests {
  @Test("Classes of several kinds of pictures get several rows, and are told apart better than by one")
  func several() throws {
    let (seen, asked) = try TaughtVectors(dimension: 4, spread: 20).seenAndAsked(
      [40, 40, 40, 40], centres: 4, asked: 60)
    let solved = try Prototypes().solve(seen)
    #expect(solved.head.rowsPerClass > 1)
    let single = try Prototypes(picturesPerPrototype: []).solve(seen).head
    #expect(single.rowsPerClass == 1)
    #expect(solved.head.accuracy(asked) >= single.accuracy(asked) + 0.1)
  }

  @Test("Few pictures and classes of one kind get one row each")
  func one() throws {
    #expect(try Prototypes().solve(TaughtVectors().seen([10, 10], centres: 2)).head.rowsPerClass == 1)
    #expect(try Prototypes().solve(TaughtVectors(spread: 5).seen([60, 60])).head.rowsPerClass == 1)
  }

  @Test("A class with fewer pictures has its last prototype more than once, which changes no answer")
  func padding() throws {
    let seen = try TaughtVectors(dimension: 4, spread: 20).seen([40, 2, 40], centres: 4)
    let head = try Prototypes().solve(seen).head
    #expect(head.rowsPerClass > 1)
    let rows = (0..<head.rowsPerClass).map { row in
      head.weights.dropFirst((head.rowsPerClass + row) * 4).prefix(4).map { $0 }
    }
    #expect(Set(rows).count == 1)
  }

  @Test("The leave-one-out estimate is near what other pictures show")
  func estimate() throws {
    let (seen, asked) = try TaughtVectors(dimension: 6, spread: 55).seenAndAsked(
      [40, 40, 40, 40, 40], centres: 2, asked: 200)
    let solved = try Prototypes().solve(seen)
    let estimate = try #require(solved.leaveOneOut).accuracy
    #expect(abs(estimate - solved.head.accuracy(asked)) < 0.06)
  }

  @Test("The scale is where the left-out answers are the likeliest")
  func scale() throws {
    let seen = try TaughtVectors(dimension: 6, spread: 55).seen([20, 20, 20, 20])
    let solved = try Prototypes().solve(seen)
    let answers = try #require(solved.leaveOneOut).predictions
    func loss(_ factor: Float) -> Double {
      answers.reduce(0) { sum, answer in
        sum
          + LeaveOneOut.Prediction(
            picture: answer.picture, label: answer.label, logits: answer.logits.map { factor * $0 }
          ).surprise
      }
    }
    #expect(loss(1) <= loss(1.1))
    #expect(loss(1) <= loss(0.9))
  }

  @Test("k-means finds groups that lie apart, whatever the seed")
  func groups() throws {
    var generator = SplitMix64(seed: 3)
    var elements: [Double] = []
    for index in 0..<30 {
      for axis in 0..<3 { elements.append((index % 3 == axis ? 1 : 0) + Double.random(in: 0..<0.1, using: &generator)) }
    }
    let rows = try Matrix(columns: 3, elements: elements).normalizingRows()
    for seed in 0..<20 as Range<UInt64> {
      var generator = SplitMix64(seed: seed)
      let groups = try SphericalKMeans(count: 3).groups(of: rows, using: &generator)
      #expect(Set(groups) == [0, 1, 2])
      for index in groups.indices { #expect(groups[index] == groups[index % 3]) }
    }
  }

  @Test("k-means makes no more groups than there are different rows")
  func equalRows() throws {
    var generator = SplitMix64(seed: 0)
    let rows = try Matrix(columns: 2, elements: [1, 0, 1, 0, 0, 1, 1, 0, 0, 1])
    let groups = try SphericalKMeans(count: 4).groups(of: rows, using: &generator)
    #expect(groups == [groups[0], groups[0], 1 - groups[0], groups[0], 1 - groups[0]])
  }
}
