import Testing

@testable import Heads

@Suite("Leave-one-out cross-validation")
struct LeaveOneOutTests {
  /// Returns the validation of two classes with `counts` predictions each, of which `right` are right.
  private func validation(right: [Int], of counts: [Int]) -> LeaveOneOut {
    let predictions = counts.indices.flatMap { label in
      (0..<counts[label]).map { index in
        let predicted = index < right[label] ? label : 1 - label
        return LeaveOneOut.Prediction(
          picture: "\(label)-\(index)", label: label, logits: predicted == 0 ? [1, 0] : [0, 1])
      }
    }
    return LeaveOneOut(classes: ["a", "b"], predictions: predictions)
  }

  @Test("The interval of classes of equal size is the Wilson interval of all predictions")
  func equalClasses() {
    let interval = validation(right: [30, 20], of: [50, 50]).interval
    #expect(abs(interval.lowerBound - 0.4038) < 1e-4 && abs(interval.upperBound - 0.5962) < 1e-4)
  }

  @Test("The interval of classes of different sizes uses the effective number of predictions")
  func otherClasses() {
    // 2² / (1/30 + 1/10) = 30.
    let validation = validation(right: [15, 5], of: [30, 10])
    #expect(validation.accuracy == 0.5)
    #expect(validation.interval == WilsonInterval.interval(share: 0.5, count: 30))
  }

  @Test("The interval stays within 0 and 1, and contains the accuracy", arguments: [(0, 0), (3, 4), (1, 4), (2, 2)])
  func bounds(first: Int, second: Int) {
    let validation = validation(right: [first, second], of: [3, 4])
    #expect(validation.interval.lowerBound >= 0 && validation.interval.upperBound <= 1)
    #expect(validation.interval.contains(validation.accuracy))
  }

  @Test("The interval of no predictions is 0...1")
  func none() { #expect(LeaveOneOut(classes: ["a"], predictions: []).interval == 0...1) }

  @Test("The description states accuracy and interval")
  func description() {
    #expect("\(validation(right: [47, 47], of: [50, 50]))" == "0.94 (95 % interval 0.88–0.97), leave-one-out")
  }
}
