import Inference
import ModelSurgery
import Synchronization
import TFLite
import TestMaterial
import Testing

@Suite("Trials of models with unusual operators")
struct ModelTrialTests {
  /// An extractor whose last operator is NEG, which the checks do not fully cover.
  private var unusual: Model {
    get throws {
      var model = try SmallExtractor.meanColour()
      let (_, output) = try model.onlyInputAndOutput()
      var negated = model.subgraphs[0].tensors[Int(output)]
      negated.name = "negated"
      model.subgraphs[0].tensors.append(negated)
      model.operatorCodes.append(OperatorCode(.neg))
      let place = Int32(model.subgraphs[0].tensors.count - 1)
      model.subgraphs[0].operators.append(
        Operator(opcodeIndex: UInt32(model.operatorCodes.count - 1), inputs: [output], outputs: [place]))
      model.subgraphs[0].outputs = [place]
      model.signatureDefs = []
      return model
    }
  }

  private struct Refusal: Error {}

  @Test("A model of ordinary operators runs untried")
  func ordinary() throws {
    let execution = Execution(trial: { _, _, _ in throw Refusal() })
    #expect(try SmallExtractor.meanColour().unprovenOperators == [])
    _ = try Extractor(model: SmallExtractor.meanColour(), execution: execution)
  }

  @Test("A model with another operator is tried, and does not run if the trial fails")
  func tried() throws {
    let names = Mutex<[String]>([])
    let model = try unusual
    let execution = Execution(trial: { file, _, operators in
      let tried = try Model(bytes: file)
      #expect(tried.subgraphs[0].operators.count == model.subgraphs[0].operators.count)
      names.withLock { $0 += operators }
    })
    _ = try Extractor(model: model, execution: execution)
    #expect(names.withLock { $0 } == ["NEG"])
    #expect(throws: Refusal.self) {
      try Extractor(model: model, execution: Execution(trial: { _, _, _ in throw Refusal() }))
    }
    _ = try Extractor(model: model)
  }
}
