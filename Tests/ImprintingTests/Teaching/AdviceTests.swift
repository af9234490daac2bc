import Heads
import Imprinting
import Testing

@Suite("Advice for the person who teaches")
struct AdviceTests {
  /// Predictions of two classes, some of the first taken for the second.
  private func tried(wrong: Int, of count: Int) -> LeaveOneOut {
    let ours = (0..<count).map { index in
      LeaveOneOut.Prediction(picture: "a\(index)", label: 0, logits: index < wrong ? [0, 1] : [1, 0])
    }
    let theirs = (0..<count).map { LeaveOneOut.Prediction(picture: "b\($0)", label: 1, logits: [0, 1]) }
    return LeaveOneOut(classes: ["daffodil", "tulip"], predictions: ours + theirs)
  }

  private func kinds(_ advice: [Advice]) -> [Advice.Kind] { advice.map(\.kind) }

  @Test("One class needs a second")
  func oneClass() {
    #expect(kinds(Advice.all(of: [("mug", 9)], leaveOneOut: nil)) == [.moreClasses])
  }

  @Test("A class with few pictures needs more, before anything else is said of it")
  func fewPictures() {
    let advice = Advice.all(of: [("daffodil", 2), ("tulip", 20), ("none", 9)], leaveOneOut: tried(wrong: 4, of: 8))
    #expect(advice.first?.message == "Show me more of daffodil: 2 pictures are too few to judge it.")
    #expect(!kinds(advice).contains(.moreOf))
  }

  @Test("A class that is taken for another needs more pictures")
  func confused() {
    let advice = Advice.all(of: [("daffodil", 20), ("tulip", 20)], leaveOneOut: tried(wrong: 5, of: 20))
    #expect(advice.first?.message == "Show me more of daffodil: it is taken for tulip.")
    #expect(advice.first?.label == "daffodil" && advice.first?.other == "tulip")
    #expect(kinds(advice) == [.moreOf, .none])
  }

  @Test("Suspects and imbalance are told; a good classifier is praised")
  func others() {
    let unequal = Advice.all(of: [("daffodil", 5), ("tulip", 90), ("none", 20)], leaveOneOut: nil)
    #expect(kinds(unequal) == [.imbalance])
    let suspects = Advice.all(of: [("a", 20), ("none", 20)], leaveOneOut: tried(wrong: 0, of: 20), suspects: 2)
    #expect(suspects.first?.message == "Look at 2 pictures that seem to be in the wrong class.")
    let good = Advice.all(of: [("a", 99), ("none", 99)], leaveOneOut: tried(wrong: 0, of: 99))
    #expect(kinds(good) == [.enough])
  }
}
