import Testing

@testable import Heads

@Suite("Draws of episodes")
struct EpisodeDrawTests {
  private func draw(_ choice: Episodes.HeldBack = .random, seed: UInt64 = 1, number: Int = 0) -> EpisodeSplit {
    EpisodeSplit(counts: [2, 3, 20, 80], ratio: 0.25, choice: choice, seed: seed, number: number)
  }

  @Test("The same seed and number give the same draw; another of either another one")
  func same() {
    #expect(draw() == draw())
    let others = [draw(seed: 2), draw(number: 1), draw(number: 2), draw(seed: 2, number: 1)]
    #expect(Set(others + [draw()]).count == 5)
  }

  @Test("What is held back and what is learnt from are apart, and together all; a quarter is held back, at least one")
  func parts() {
    for number in 0..<20 {
      let draw = draw(number: number)
      #expect(draw.heldBack.map(\.count) == [1, 1, 5, 20])
      for (place, count) in [2, 3, 20, 80].enumerated() {
        #expect((draw.heldBack[place] + draw.training[place]).sorted() == Array(0..<count))
      }
    }
  }

  @Test("The first ones are held back where that is wanted; what is learnt from is still drawn")
  func first() {
    let (one, other) = (draw(.first), draw(.first, number: 1))
    #expect(one.heldBack == other.heldBack)
    #expect(one.heldBack[2] == [0, 1, 2, 3, 4])
    #expect(one.training != other.training)
  }

  @Test("Every picture is held back about as often as any other")
  func even() {
    var counts = Array(repeating: 0, count: 20)
    for number in 0..<2000 { for place in draw(number: number).heldBack[2] { counts[place] += 1 } }
    #expect(counts.allSatisfy { (400...600).contains($0) })
  }

  @Test("A ratio that would leave nothing leaves one")
  func most() {
    let draw = EpisodeSplit(counts: [4], ratio: 0.999, choice: .random, seed: 0, number: 0)
    #expect(draw.training[0].count == 1)
  }
}
