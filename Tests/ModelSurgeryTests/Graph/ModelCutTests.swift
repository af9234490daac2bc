import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Cutting a model")
struct ModelCutTests {
  @Test("A classifier cut at its pooling layer equals Coral's extractor")
  func extractor() throws {
    let whole = try Model(contentsOf: Material.model("mobilenet_v1_1.0_224_quant"))
    let coral = try Model(contentsOf: Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor"))
    let graph = try #require(whole.mainSubgraph)
    let pool = try #require(graph.operators.last { whole.builtinOperator(of: $0) == .averagePool2D })
    let cut = whole.cut(at: pool.outputs[0])
    let names = { (model: Model) in model.subgraphs[0].operators.map { model.name(of: $0) } }
    #expect(names(cut) == names(coral))
    #expect(cut.subgraphs[0].tensors.count == coral.subgraphs[0].tensors.count)
    for (mine, theirs) in zip(cut.subgraphs[0].operators, coral.subgraphs[0].operators) {
      for (left, right) in zip(mine.inputs, theirs.inputs) {
        let tensors = try (#require(cut.subgraphs[0].tensor(left)), #require(coral.subgraphs[0].tensor(right)))
        #expect(tensors.0.shape == tensors.1.shape)
        #expect(cut.constant(tensors.0) == coral.constant(tensors.1))
      }
    }
    _ = try cut.serialized()
  }

  @Test("A cut drops unused operators, tensors, operator codes and buffers, and renumbers the rest")
  func dropped() throws {
    let whole = try Model(contentsOf: Material.model("mobilenet_v1_1.0_224_l2norm_quant"))
    let tail = try ImprintingTail(of: whole)
    let cut = whole.cut(at: tail.embedding)
    #expect(cut.subgraphs[0].operators.count == tail.normalization + 1)
    #expect(!cut.operatorCodes.contains { $0.builtinCode == .softmax })
    #expect(cut.buffers.count < whole.buffers.count)
    #expect(cut.metadata(named: "min_runtime_version") == whole.metadata(named: "min_runtime_version"))
    let size = try (cut.serialized().count, whole.serialized().count)
    #expect(size.0 < size.1 - 1_000_000)
  }

  @Test("A signature gives the new output the old output's name, and renumbers the inputs")
  func signatures() throws {
    var whole = try Model(contentsOf: Material.model("mobilenet_v1_1.0_224_l2norm_quant"))
    let (input, output) = try whole.onlyInputAndOutput()
    var signature = SignatureDef()
    signature.signatureKey = "serving_default"
    signature.inputs = [TensorMap(name: "image", tensorIndex: UInt32(input))]
    signature.outputs = [TensorMap(name: "scores", tensorIndex: UInt32(output))]
    whole.signatureDefs = [signature]
    let cut = whole.cut(at: try ImprintingTail(of: whole).embedding)
    let ends = try cut.onlyInputAndOutput()
    #expect(cut.signatureDefs[0].inputs == [TensorMap(name: "image", tensorIndex: UInt32(ends.input))])
    #expect(cut.signatureDefs[0].outputs == [TensorMap(name: "scores", tensorIndex: UInt32(ends.output))])
    _ = try cut.serialized()
  }
}

@Suite("Metadata by name")
struct NamedMetadataTests {
  @Test("An entry can be set, replaced in place, and removed without a trace")
  func cycle() {
    var model = Model()
    model.setMetadata(named: "a", to: [1])
    let once = model
    model.setMetadata(named: "b", to: [2])
    #expect(model.metadata(named: "a") == [1])
    #expect(model.metadata(named: "b") == [2])
    model.setMetadata(named: "a", to: [3, 3])
    #expect(model.metadata(named: "a") == [3, 3])
    #expect(model.metadata.map(\.name) == ["a", "b"])
    model.setMetadata(named: "a", to: [1])
    model.setMetadata(named: "b", to: nil)
    #expect(model == once)
    model.setMetadata(named: "c", to: nil)
    #expect(model == once)
  }

  @Test("Setting an entry does not change a buffer that a tensor uses")
  func shared() {
    var model = Model()
    model.buffers = [Buffer(), Buffer([7])]
    model.subgraphs = [SubGraph()]
    model.subgraphs[0].tensors = [Tensor(shape: [1], type: .uint8, buffer: 1)]
    model.metadata = [Metadata(name: "a", buffer: 1)]
    model.setMetadata(named: "a", to: [9])
    #expect(model.constant(model.subgraphs[0].tensors[0]) == [7])
    #expect(model.metadata(named: "a") == [9])
  }
}
