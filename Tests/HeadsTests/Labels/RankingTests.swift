import Heads
import Testing

@Suite("The ranking of classes")
struct RankingTests {
  @Test("The higher score comes first, the lower id among equals")
  func ties() throws {
    #expect(try Ranking.best([0.1, 0.4, 0.1, 0.4], topK: 4) == [1, 3, 0, 2])
  }

  @Test("Scores at the threshold count, those below do not")
  func threshold() throws {
    #expect(try Ranking.best([0.2, 0.5, 0.3], threshold: 0.3, topK: 3) == [1, 2])
    #expect(try Ranking.best([0.2], threshold: 0.3, topK: 3) == [])
  }

  @Test("No more than topK classes, and at least one must be asked for")
  func topK() throws {
    #expect(try Ranking.best([3, 2, 1], topK: 2) == [0, 1])
    #expect(try Ranking.best([3, 2, 1], topK: 9) == [0, 1, 2])
    #expect(throws: EvaluationError.badTopK(0)) { try Ranking.best([1], topK: 0) }
    #expect(throws: EvaluationError.badTopK(-3)) { try Ranking.best([1], topK: -3) }
  }

  @Test("A score that is no number ranks nowhere")
  func notANumber() throws {
    #expect(try Ranking.best([.nan, 0.5, .nan], topK: 3) == [1])
    #expect(Ranking.rank(of: 0, in: [.nan, 0.5]) == 2)
  }

  @Test("A class's rank is its place in the order")
  func rank() throws {
    let scores: [Float] = [0.1, 0.4, 0.1, 0.4]
    for (place, id) in try Ranking.best(scores, topK: 4).enumerated() {
      #expect(Ranking.rank(of: id, in: scores) == place)
    }
    #expect(Ranking.rank(of: 7, in: scores) == 4)
  }
}
