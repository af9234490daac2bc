import LiteRT
import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@testable import Heads
@testable import Inference

@Suite("What joined and split models answer")
struct SplitAnswersTests {
  private static let names = [
    "mobilenet_v1_0.25_128_quant", "mobilenet_v1_1.0_224_quant", "mobilenet_v1_1.0_224_l2norm_quant",
    "mobilenet_v2_1.0_224_quant", "mobilenet_v2_1.0_224_inat_insect_quant",
  ]

  private func picture(for model: Model) throws -> [UInt8] {
    let input = try #require(model.mainSubgraph?.tensor(model.onlyInputAndOutput().input))
    var generator = SeededGenerator(seed: 4)
    // Smooth, as pictures are: noise alone drives every answer to the same few classes.
    var level = 128
    return (0..<(input.byteCount ?? 0)).map { _ in
      level = min(255, max(0, level + Int.random(in: -6...6, using: &generator)))
      return UInt8(level)
    }
  }

  @Test("Extractor and head, joined, answer what the whole classifier does")
  func joined() throws {
    let answers = try Answers()
    let base = try Model(contentsOf: Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor"))
    let head = try Model(contentsOf: Material.model("mobilenet_quant_v1_224_head_layers"))
    let whole = try Model(contentsOf: Material.model("mobilenet_v1_1.0_224_quant"))
    let joined = try answers.compile(base.joined(with: head))
    let reference = try answers.compile(whole)
    var generator = SeededGenerator(seed: 5)
    var seen: Set<[UInt8]> = []
    for round in 0..<8 {
      let noise = try picture(for: whole).map {
        $0 &+ UInt8.random(in: 0...UInt8(1 << round - 1), using: &generator)
      }
      let mine = try joined.run(fill: { $0.copyBytes(from: noise) }, read: { Array($0) })
      let theirs = try reference.run(fill: { $0.copyBytes(from: noise) }, read: { Array($0) })
      #expect(mine == theirs)
      seen.insert(mine)
    }
    #expect(seen.count > 1)
  }

  @Test("At every single tensor, base and head one after the other answer what the model does", arguments: names)
  func everyCut(_ name: String) throws {
    let answers = try Answers()
    let whole = try Model(contentsOf: Material.model(name))
    let input = try picture(for: whole)
    let expected = try answers.answer(whole, to: input)
    var cuts = 0
    for tensor in whole.subgraphs[0].operators.flatMap(\.outputs) {
      guard let (base, head) = try? whole.split(at: [tensor]) else { continue }
      #expect(try answers.answer(head, to: answers.answer(base, to: input)) == expected)
      cuts += 1
      // Joined it is the same operators at every cut, which is tested where nothing has to run.
      if cuts.isMultiple(of: 10) { #expect(try answers.answer(base.joined(with: head), to: input) == expected) }
    }
    #expect(cuts > 20)
  }
}
