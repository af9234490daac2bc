import LiteRT
import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@testable import Heads
@testable import Inference

@Suite("Outputs of joined and split models")
struct SplitAnswersTests {
  private static let names = [
    "mobilenet_v1_0.25_128_quant", "mobilenet_v1_1.0_224_quant", "mobilenet_v1_1.0_224_l2norm_quant",
    "mobilenet_v2_1.0_224_quant", "mobilenet_v2_1.0_224_inat_insect_quant",
  ]

  private func picture(for model: Model) throws -> [UInt8] {
    let input = try #require(model.mainSubgraph?.tensor(model.onlyInputAndOutput().input))
    var generator = SeededGenerator(seed: 4)
    // Smooth, like real pictures: plain noise always gives the same few classes.
    var level = 128
    return (0..<(input.byteCount ?? 0)).map { _ in
      level = min(255, max(0, level + Int.random(in: -6...6, using: &generator)))
      return UInt8(level)
    }
  }

  @Test("Joining the extractor and the head gives the classifier's output")
  func joined() throws {
    let answers = try Answers()
    let base = try Model(contentsOf: Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor"))
    let head = try Model(contentsOf: Material.model("mobilenet_quant_v1_224_head_layers"))
    let model = try Model(contentsOf: Material.model("mobilenet_v1_1.0_224_quant"))
    let joined = try answers.compile(base.joined(with: head))
    let reference = try answers.compile(model)
    var generator = SeededGenerator(seed: 5)
    var distinct: Set<[UInt8]> = []
    for round in 0..<8 {
      let noise = try picture(for: model).map {
        $0 &+ UInt8.random(in: 0...UInt8(1 << round - 1), using: &generator)
      }
      let output = try joined.run(fill: { $0.copyBytes(from: noise) }, read: { Array($0) })
      let expected = try reference.run(fill: { $0.copyBytes(from: noise) }, read: { Array($0) })
      #expect(output == expected)
      distinct.insert(output)
    }
    #expect(distinct.count > 1)
  }

  @Test("Split at any tensor, base and head in sequence give the model's output", arguments: names)
  func everyCut(_ name: String) throws {
    let answers = try Answers()
    let model = try Model(contentsOf: Material.model(name))
    let input = try picture(for: model)
    let expected = try answers.answer(model, to: input)
    var cuts = 0
    for tensor in model.subgraphs[0].operators.flatMap(\.outputs) {
      guard let (base, head) = try? model.split(at: [tensor]) else { continue }
      #expect(try answers.answer(head, to: answers.answer(base, to: input)) == expected)
      cuts += 1
      // Joining gives the same operators at every cut (tested in ModelSurgeryTests), so run a sample.
      if cuts.isMultiple(of: 10) { #expect(try answers.answer(base.joined(with: head), to: input) == expected) }
    }
    #expect(cuts > 20)
  }
}
