import Testing

@testable import Heads

@Suite("Measures of an evaluation")
struct MeasuresTests {
  /// Four pictures of a rose and a tulip with an unknown one, and two strangers.
  private func evaluation() throws -> Evaluation {
    var evaluation = Evaluation(labels: Labels([0: "rose", 1: "tulip", 2: "background"]))
    try evaluation.add(picture: "a", classID: 0, scores: [0.7, 0.2, 0.1], noveltyScore: 5, isUnknown: false)
    try evaluation.add(picture: "b", classID: 0, scores: [0.9, 0.1, 0], noveltyScore: 4, isUnknown: true)
    try evaluation.add(picture: "c", classID: 1, scores: [0.6, 0.3, 0.1], noveltyScore: 6, isUnknown: false)
    try evaluation.add(picture: "d", classID: 1, scores: [0.2, 0.8, 0], noveltyScore: 7, isUnknown: false)
    try evaluation.add(stranger: "e", scores: [0.95, 0.05, 0], noveltyScore: 1, isUnknown: true)
    try evaluation.add(stranger: "f", scores: [0.4, 0.5, 0.1], noveltyScore: 5, isUnknown: false)
    return evaluation
  }

  @Test("Counts unknown as what it is: not recognised, and no answer of a class; a stranger lowers precision")
  func rows() throws {
    let measures = try evaluation().measures
    #expect(measures.rows.map(\.label) == ["rose", "tulip"])
    #expect(measures.rows.map(\.recall) == [0.5, 0.5] && measures.rows.map(\.precision) == [0.5, 0.5])
    #expect(measures.rows.map(\.unknown) == [1, 0] && measures.rows.map(\.answers) == [2, 2])
    #expect(measures.macro == .init(precision: 0.5, recall: 0.5, f1: 0.5) && measures.weighted == measures.macro)
    let answers = try evaluation().answers
    #expect(answers.right == 2 && answers.wrong == 1 && answers.unknown == 1)
    #expect(answers.strangersUnknown == 1 && answers.strangersTaken == 1)
    #expect(try evaluation().count == 4)
    #expect(try evaluation().accuracy(top: 1) == 0.75)
  }

  @Test("A picture of the class background that is called unknown is right")
  func background() throws {
    var evaluation = try evaluation()
    try evaluation.add(picture: "g", classID: 2, scores: [0.1, 0.1, 0.8], isUnknown: true)
    try evaluation.add(picture: "h", classID: 2, scores: [0.8, 0.1, 0.1], isUnknown: true)
    #expect(evaluation.measures.rows.last?.recall == 1)
    #expect(evaluation.answers.right == 4)
  }

  @Test("A class without answers has no precision, and lowers the mean; one without pictures has no recall")
  func empty() throws {
    var evaluation = Evaluation(labels: Labels([0: "a", 1: "b"]))
    for name in ["x", "y"] { try evaluation.add(picture: name, classID: 0, scores: [0.1, 0.9]) }
    let measures = evaluation.measures
    #expect(measures.rows.map(\.precision) == [nil, 0] && measures.rows.map(\.recall) == [0, nil])
    #expect(measures.rows.map(\.f1) == [0, 0] && measures.macro.precision == 0)
    #expect(Evaluation(labels: Labels()).measures.macro.f1 == 0)
  }

  @Test("Log loss is the mean of −log p of the true classes, also for a probability of 0; other scores have none")
  func logLoss() throws {
    var evaluation = Evaluation(labels: Labels([0: "a", 1: "b"]))
    #expect(evaluation.logLoss == nil)
    try evaluation.add(picture: "x", classID: 0, scores: [0.5, 0.5])
    try evaluation.add(picture: "y", classID: 0, scores: [0.25, 0.75])
    #expect(try abs(#require(evaluation.logLoss) - 1.039721) < 1e-5)
    try evaluation.add(picture: "z", classID: 0, scores: [0, 1])
    #expect(try #require(evaluation.logLoss).isFinite)
    try evaluation.add(picture: "logits", classID: 0, scores: [-3, 7])
    #expect(evaluation.logLoss == nil)
  }

  @Test("Coverage falls and accuracy changes as the least score rises; equal scores stand and fall together")
  func curve() {
    let curve = AnswerCurve([(0.9, true), (0.8, true), (0.8, false), (0.5, true), (0.3, false), (.nan, true)])
    #expect(curve.points.map(\.threshold) == [0.9, 0.8, 0.5, 0.3])
    #expect(curve.points.map(\.answers) == [1, 3, 4, 5])
    #expect(curve.points[2].accuracy == 0.75 && curve.points[2].coverage == 4.0 / 6)
    #expect(curve.threshold(forPrecision: 0.75)?.threshold == 0.5)
    #expect(curve.threshold(forPrecision: 1)?.threshold == 0.9)
    #expect(curve.threshold(forPrecision: 0.5)?.threshold == 0.3)
    #expect(AnswerCurve([(0.5, false)]).threshold(forPrecision: 0.1) == nil)
    #expect(curve.point(covering: 0.5)?.threshold == 0.8 && curve.point(covering: 1) == nil)
    #expect(AnswerCurve([]).points.isEmpty && AnswerCurve([]).area == 0)
  }

  @Test("Gives each class its own least score for a precision")
  func classThresholds() throws {
    let thresholds = try evaluation().classThresholds(forPrecision: 1)
    #expect(thresholds[1]?.threshold == Double(Float(0.8)))
    #expect(thresholds[0] == nil)
    #expect(try evaluation().classThresholds(forPrecision: 0.5)[0]?.answers == 4)
  }

  @Test("AUROC of strangers is the share of pairs in order, ties by half")
  func auroc() throws {
    // Known 5, 4, 6, 7; strangers 1, 5: 4 + 2.5 of 8 pairs.
    #expect(try evaluation().strangerAUROC == 6.5 / 8)
    #expect(try evaluation().noveltyCurve?.points.count == 5)
    var without = try evaluation()
    try without.add(picture: "x", classID: 0, scores: [1, 0, 0])
    #expect(without.strangerAUROC == nil && without.noveltyCurve == nil)
  }

  @Test("A cross-validation has the same accuracy as an evaluation")
  func validation() throws {
    let validation = LeaveOneOut(
      classes: ["a", "b"],
      predictions: [
        .init(picture: "1", label: 0, logits: [2, 0]), .init(picture: "2", label: 0, logits: [0, 1]),
        .init(picture: "3", label: 1, logits: [0, 3]),
      ])
    let evaluation = try Evaluation(validation)
    #expect(evaluation.balancedAccuracy == validation.accuracy && evaluation.reliability?.count == 3)
    #expect(evaluation.judgements.map(\.picture) == ["1", "2", "3"])
  }
}

@Suite("Paired comparison")
struct PairedComparisonTests {
  private func pairs(_ count: Int, of label: Int, first: (Int) -> Bool, other: (Int) -> Bool) -> [PairedComparison.Pair]
  {
    (0..<count).map { .init(label: label, isFirstRight: first($0), isOtherRight: other($0)) }
  }

  @Test("The difference is the mean over the classes, each of which counts equally")
  func difference() throws {
    let pairs =
      pairs(10, of: 0, first: { $0 < 5 }, other: { $0 < 7 }) + pairs(100, of: 3, first: { $0 < 50 }, other: { $0 < 40 })
    let compared = try #require(PairedComparison(pairs))
    #expect(abs(compared.difference - (0.2 - 0.1) / 2) < 1e-12)
    #expect(compared.onlyFirst == 10 && compared.onlyOther == 2 && compared.pictures == 110)
    #expect(PairedComparison([]) == nil)
  }

  @Test("Without any difference the interval holds 0 and is no point")
  func equal() throws {
    let compared = try #require(PairedComparison(pairs(50, of: 0, first: { $0 < 40 }, other: { $0 < 40 })))
    #expect(compared.difference == 0 && !compared.isClear && compared.interval.upperBound > 0.005)
    #expect(compared.interval.upperBound < 0.1)
  }

  @Test(
    "The 95 % interval holds the true difference in 92 to 98 of 100 draws", arguments: [(40, 5), (10, 20), (200, 2)])
  func coverage(pictures: Int, classes: Int) throws {
    var generator = SplitMix64(seed: UInt64(pictures))
    var held = 0
    for _ in 0..<1000 {
      var drawn: [PairedComparison.Pair] = []
      for label in 0..<classes {
        for _ in 0..<pictures {
          // Both right 0.7, only the first 0.08, only the other 0.14.
          let number = Double.random(in: 0..<1, using: &generator)
          drawn.append(
            .init(
              label: label, isFirstRight: number < 0.78, isOtherRight: number < 0.7 || (0.78..<0.92).contains(number)))
        }
      }
      if try #require(PairedComparison(drawn)).interval.contains(0.06) { held += 1 }
    }
    #expect((920...980).contains(held), "\(held)")
  }
}
