import Foundation
import LiteRT
import Testing

@testable import Heads
@testable import Inference

@Suite("The table of arithmetics")
struct ArithmeticTableTests {
  @Test("Has one row for each kind of instructions")
  func complete() {
    #expect(ArithmeticTable.rows.map(\.instructions) == Processor.Instructions.allCases)
    for instructions in Processor.Instructions.allCases {
      #expect(ArithmeticTable.rows.count { $0.instructions == instructions } == 1)
    }
  }

  @Test("The choice is at most three percent slower than the other arithmetic, for every model that was measured")
  func fastest() {
    for row in ArithmeticTable.rows {
      for time in row.times {
        let (chosen, other) = row.choice == .int8 ? (time.int8, time.exact) : (time.exact, time.int8)
        #expect(chosen <= 1.03 * other, "\(row.instructions), \(time.model)")
      }
    }
  }

  @Test("Without times, processors with dot products of bytes take int8, and others the file's own arithmetic")
  func unmeasured() {
    let unmeasured = ArithmeticTable.rows.filter(\.times.isEmpty)
    #expect(unmeasured.filter { $0.choice == .int8 }.map(\.instructions) == [.avxVNNI, .dotProducts])
    #expect(unmeasured.filter { $0.choice == .exact }.map(\.instructions) == [.neon, .other])
  }

  @Test(
    "A processor's choice follows from its features alone",
    arguments: [
      (["sse4_1", "avx", "avx2"], Arithmetic.int8), (["sse4_1"], .int8), (["asimd"], .exact),
      (["asimd", "asimddp"], .int8), ([], .exact),
    ])
  func choice(features: [String], expected: Arithmetic) {
    #expect(ArithmeticTable.row(for: Processor(features: Set(features))).choice == expected)
  }
}
