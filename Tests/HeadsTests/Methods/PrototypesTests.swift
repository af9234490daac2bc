import ModelSurgery
import LinearAlgebra
import Testing

@testable import Heads

@Suite("The prototypes head")
struct PrototypesTests {
  @Test("Classes with several clusters get several rows, which raise the accuracy")
  func several() throws {
    let (set, queries) = try ClusteredEmbeddings(dimension: 4, spread: 20).setAndQueries(
      [40, 40, 40, 40], centres: 4, queries: 60)
    let solved = try Prototypes().solve(set)
    #expect(solved.head.rowsPerClass > 1)
    let single = try Prototypes(picturesPerPrototype: []).solve(set).head
    #expect(single.rowsPerClass == 1)
    #expect(solved.head.accuracy(queries) >= single.accuracy(queries) + 0.1)
  }

  @Test("Classes with few pictures or one cluster get one row each")
  func one() throws {
    #expect(try Prototypes().solve(ClusteredEmbeddings().set([10, 10], centres: 2)).head.rowsPerClass == 1)
    #expect(try Prototypes().solve(ClusteredEmbeddings(spread: 5).set([60, 60])).head.rowsPerClass == 1)
  }

  @Test("A class with fewer prototypes than others repeats its last one")
  func padding() throws {
    let set = try ClusteredEmbeddings(dimension: 4, spread: 20).set([40, 2, 40], centres: 4)
    let head = try Prototypes().solve(set).head
    #expect(head.rowsPerClass > 1)
    let rows = (0..<head.rowsPerClass).map { row in
      head.weights.dropFirst((head.rowsPerClass + row) * 4).prefix(4).map { $0 }
    }
    #expect(Set(rows).count == 1)
  }

  @Test("The leave-one-out estimate is close to the accuracy on new pictures")
  func estimate() throws {
    let (set, queries) = try ClusteredEmbeddings(dimension: 6, spread: 55).setAndQueries(
      [40, 40, 40, 40, 40], centres: 2, queries: 200)
    let solved = try Prototypes().solve(set)
    let estimate = try #require(solved.leaveOneOut).accuracy
    #expect(abs(estimate - solved.head.accuracy(queries)) < 0.06)
  }

  @Test("The scale minimises the loss of the leave-one-out predictions")
  func scale() throws {
    let set = try ClusteredEmbeddings(dimension: 6, spread: 55).set([20, 20, 20, 20])
    let solved = try Prototypes().solve(set)
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

  @Test("k-means finds separate groups, whatever the seed")
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

  @Test("k-means makes at most as many groups as there are different rows")
  func equalRows() throws {
    var generator = SplitMix64(seed: 0)
    let rows = try Matrix(columns: 2, elements: [1, 0, 1, 0, 0, 1, 1, 0, 0, 1])
    let groups = try SphericalKMeans(count: 4).groups(of: rows, using: &generator)
    #expect(groups == [groups[0], groups[0], 1 - groups[0], groups[0], 1 - groups[0]])
  }
}
