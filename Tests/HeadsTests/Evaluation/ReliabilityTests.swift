import Testing

@testable import Heads

@Suite("Reliability and confusion")
struct ReliabilityTests {
  @Test("The calibration error is the mean gap between confidence and accuracy of the bins")
  func error() {
    var reliability = Reliability()
    for index in 0..<10 { reliability.add(confidence: 0.8, isCorrect: index < 6) }
    #expect(abs(reliability.expectedCalibrationError - 0.2) < 1e-12)
    for index in 0..<10 { reliability.add(confidence: 0.35, isCorrect: index < 1) }
    #expect(abs(reliability.expectedCalibrationError - 0.225) < 1e-12)
    #expect(reliability.count == 20)
    #expect(reliability.bins[8].accuracy == 0.6)
    #expect(abs(reliability.bins[3].confidence - 0.35) < 1e-12)
  }

  @Test("Confidences of 0 and 1, beyond them, NaN and infinity fall into the first or last bin")
  func ends() {
    var reliability = Reliability()
    #expect(reliability.expectedCalibrationError == 0)
    for confidence in [0, 1, 2, -1, .nan, .infinity] { reliability.add(confidence: confidence, isCorrect: true) }
    #expect(reliability.bins.first?.count == 3)
    #expect(reliability.bins.last?.count == 3)
  }

  @Test("Lists confusions by their share of the class, the largest first")
  func confusions() {
    var matrix = ConfusionMatrix(labels: [0: "a", 1: "b"])
    matrix.add(label: 0, predicted: 0, count: 90)
    matrix.add(label: 0, predicted: 1, count: 10)
    matrix.add(label: 1, predicted: 7, count: 2)
    matrix.add(label: 1, predicted: 1, count: 2)
    #expect(matrix.confusions.map(\.label) == [1, 0])
    #expect(matrix.confusions.map(\.share) == [0.5, 0.1])
    #expect(matrix.recall(0) == 0.9)
    #expect(matrix.recall(7) == nil)
    #expect(matrix.classes == [0, 1, 7])
    #expect(matrix.name(7) == "7")
  }

  @Test("Measures reliability only if all scores are probabilities")
  func scores() throws {
    var evaluation = Evaluation(labels: Labels([0: "a", 1: "b"]))
    try evaluation.add(picture: "1", classID: 0, scores: [0.75, 0.25])
    try evaluation.add(picture: "2", classID: 1, scores: [0.75, 0.25])
    #expect(evaluation.reliability?.count == 2)
    #expect(evaluation.reliability?.expectedCalibrationError == 0.25)
    #expect(evaluation.confusion[1, 0] == 1)
    try evaluation.add(picture: "3", classID: 1, scores: [-3, 5])
    #expect(evaluation.reliability == nil)
    try evaluation.add(picture: "4", classID: 1, scores: [0, 1])
    #expect(evaluation.reliability == nil)
  }
}
