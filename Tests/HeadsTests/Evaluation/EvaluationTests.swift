import Heads
import Testing

@Suite("Evaluation")
struct EvaluationTests {
  private func evaluation() throws -> Evaluation {
    var evaluation = Evaluation(labels: Labels([0: "rose", 1: "tulip", 2: "iris"]))
    try evaluation.add(picture: "a", classID: 0, scores: [0.7, 0.2, 0.1])
    try evaluation.add(picture: "b", classID: 0, scores: [0.3, 0.6, 0.1])
    try evaluation.add(picture: "c", classID: 1, scores: [0.4, 0.4, 0.2])
    try evaluation.add(picture: "d", classID: 1, scores: [0.1, 0.8, 0.1])
    try evaluation.add(picture: "e", classID: 1, scores: [0.8, 0.05, 0.15])
    return evaluation
  }

  @Test("Top-k accuracy; of equal scores the lower id ranks first")
  func topK() throws {
    #expect(try evaluation().accuracy(top: 1) == 0.4)
    #expect(try evaluation().accuracy(top: 2) == 0.8)
    #expect(try evaluation().accuracy(top: 3) == 1)
  }

  @Test("Recall of each class and its mean over classes")
  func recall() throws {
    #expect(try evaluation().classes[0]?.recall == 0.5)
    #expect(try evaluation().classes[1]?.recall == 1.0 / 3)
    #expect(try evaluation().classes[2] == nil)
    #expect(try abs(evaluation().balancedAccuracy - (0.5 + 1.0 / 3) / 2) < 1e-12)
  }

  @Test("Counts the predictions of each class")
  func confusion() throws {
    #expect(try evaluation().classes[0]?.predictions == [0: 1, 1: 1])
    #expect(try evaluation().classes[1]?.predictions == [0: 2, 1: 1])
  }

  @Test("Lists the worst mistakes first")
  func mistakes() throws {
    #expect(try evaluation().mistakes.map(\.picture) == ["e", "b", "c"])
    #expect(try evaluation().mistakes[0].predicted.label == "rose")
    #expect(try evaluation().mistakes[0].label == "tulip")
  }

  @Test("All accuracies of no pictures are 0")
  func empty() {
    let empty = Evaluation(labels: Labels())
    #expect(empty.accuracy(top: 1) == 0)
    #expect(empty.balancedAccuracy == 0)
  }
}

@Suite("Numbers as text")
struct DecimalsTests {
  @Test(
    "Formats numbers as C's %f does",
    arguments: [(1.5, 0, "2"), (0.126, 2, "0.13"), (-0.001, 2, "0.00"), (-2.5, 1, "-2.5"), (12, 3, "12.000")])
  func decimals(value: Double, places: Int, text: String) {
    #expect(Decimals.string(value, places: places) == text)
  }

  @Test("Formats NaN, infinity and very large numbers without trapping")
  func odd() {
    #expect(Decimals.string(.nan, places: 2) == "nan")
    #expect(Decimals.string(-.infinity, places: 2) == "-inf")
    #expect(Decimals.string(1e300, places: 6) == "1e+300")
  }
}
