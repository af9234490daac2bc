import Heads
import Testing

@Suite("Ranking of classes")
struct RankingTests {
  @Test("The higher score ranks first; of equal scores, the lower id")
  func ties() throws {
    #expect(try Ranking.best([0.1, 0.4, 0.1, 0.4], topK: 4) == [1, 3, 0, 2])
  }

  @Test("Includes scores at the threshold, and none below it")
  func threshold() throws {
    #expect(try Ranking.best([0.2, 0.5, 0.3], threshold: 0.3, topK: 3) == [1, 2])
    #expect(try Ranking.best([0.2], threshold: 0.3, topK: 3) == [])
  }

  @Test("Returns at most topK classes, and rejects a topK below 1")
  func topK() throws {
    #expect(try Ranking.best([3, 2, 1], topK: 2) == [0, 1])
    #expect(try Ranking.best([3, 2, 1], topK: 9) == [0, 1, 2])
    #expect(throws: EvaluationError.badTopK(0)) { try Ranking.best([1], topK: 0) }
    #expect(throws: EvaluationError.badTopK(-3)) { try Ranking.best([1], topK: -3) }
  }

  @Test("A score of NaN is left out of the ranking")
  func notANumber() throws {
    #expect(try Ranking.best([.nan, 0.5, .nan], topK: 3) == [1])
    #expect(Ranking.rank(of: 0, in: [.nan, 0.5]) == 2)
  }

  @Test("A class's rank is its index in the sorted order")
  func rank() throws {
    let scores: [Float] = [0.1, 0.4, 0.1, 0.4]
    for (place, id) in try Ranking.best(scores, topK: 4).enumerated() {
      #expect(Ranking.rank(of: id, in: scores) == place)
    }
    #expect(Ranking.rank(of: 7, in: scores) == 4)
  }
}
