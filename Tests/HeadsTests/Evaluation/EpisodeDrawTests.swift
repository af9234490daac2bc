import Testing

@testable import Heads

@Suite("Draws of episodes")
struct EpisodeDrawTests {
  private func draw(_ choice: Episodes.HeldBack = .random, seed: UInt64 = 1, number: Int = 0) -> EpisodeSplit {
    EpisodeSplit(counts: [2, 3, 20, 80], ratio: 0.25, choice: choice, seed: seed, number: number)
  }

  @Test("The same seed and number give the same draw; another seed or number gives another")
  func same() {
    #expect(draw() == draw())
    let others = [draw(seed: 2), draw(number: 1), draw(number: 2), draw(seed: 2, number: 1)]
    #expect(Set(others + [draw()]).count == 5)
  }

  @Test("Divides each class into training and held-back pictures; holds back a quarter, at least one")
  func parts() {
    for number in 0..<20 {
      let draw = draw(number: number)
      #expect(draw.heldBack.map(\.count) == [1, 1, 5, 20])
      for (place, count) in [2, 3, 20, 80].enumerated() {
        #expect((draw.heldBack[place] + draw.training[place]).sorted() == Array(0..<count))
      }
    }
  }

  @Test("Holds back the first pictures on request; still draws the training pictures")
  func first() {
    let (one, other) = (draw(.first), draw(.first, number: 1))
    #expect(one.heldBack == other.heldBack)
    #expect(one.heldBack[2] == [0, 1, 2, 3, 4])
    #expect(one.training != other.training)
  }

  @Test("Holds back every picture about equally often")
  func even() {
    var counts = Array(repeating: 0, count: 20)
    for number in 0..<2000 { for place in draw(number: number).heldBack[2] { counts[place] += 1 } }
    #expect(counts.allSatisfy { (400...600).contains($0) })
  }

  @Test("Leaves one training picture where the ratio would leave none")
  func most() {
    let draw = EpisodeSplit(counts: [4], ratio: 0.999, choice: .random, seed: 0, number: 0)
    #expect(draw.training[0].count == 1)
  }
}
