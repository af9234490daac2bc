import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Splitting a model")
struct SplitTests {
  private static let classifiers = Material.models.filter { !$0.path.contains("model_invoking_error") }

  @Test("Splitting at any tensor and joining again restores the model", arguments: classifiers)
  func everyCut(_ file: URL) throws {
    let whole = try Model(contentsOf: file)
    var cuts = 0
    for tensor in whole.subgraphs[0].operators.flatMap(\.outputs) {
      do {
        let (base, head) = try whole.split(at: [tensor])
        let parts = try [base, head].map { try Model(bytes: Bytes($0.serialized().bytes())) }
        let joined = try Model(bytes: Bytes(parts[0].joined(with: parts[1]).serialized().bytes()))
        #expect(GraphComparison.areSame(joined, whole))
        #expect(joined.subgraphs[0].tensors.count == whole.subgraphs[0].tensors.count)
        #expect(joined.operatorCodes.count <= whole.operatorCodes.count)
        #expect(joined.description == whole.description)
        #expect(joined.metadata(named: "min_runtime_version") == whole.metadata(named: "min_runtime_version"))
        cuts += 1
      } catch let error as SplitError where error.code == .crossed {
        #expect(!error.tensors.isEmpty)
      } catch let error as SplitError where error.code == .nothingBehind {
        #expect(whole.subgraphs[0].outputs.contains(tensor))
      }
    }
    let isChain = !file.path.contains("_v2_")
    let operators = whole.subgraphs[0].operators.count
    #expect(isChain ? cuts == operators - 1 : cuts > 20 && cuts < operators - 20)
  }

  @Test("A cut that a residual connection bypasses is refused, and the error names the bypassing tensor")
  func residual() throws {
    let whole = try Model(contentsOf: Material.model("mobilenet_v2_1.0_224_quant"))
    let graph = whole.subgraphs[0]
    let sum = try #require(graph.operators.first { whole.builtinOperator(of: $0) == .add })
    // The later tensor is in the block; the earlier one bypasses it.
    let inputs = sum.inputs.sorted { graph.producer(of: $0) ?? 0 < graph.producer(of: $1) ?? 0 }
    let (bypass, cut) = (inputs[0], inputs[1])
    let crossed = SplitError.crossed(cut: [graph.label(of: cut)], by: [graph.label(of: bypass)])
    #expect(throws: crossed) { _ = try whole.split(at: [cut]) }
    #expect("\(crossed)".contains(graph.label(of: bypass)))
    let (base, head) = try whole.split(at: [cut, bypass])
    #expect(base.subgraphs[0].outputs.count == 2)
    #expect(GraphComparison.areSame(try base.joined(with: head), whole))
    #expect(GraphComparison.areSame(try base.joined(with: head, match: .position), whole))
    let before = try whole.split(at: [bypass])
    #expect(GraphComparison.areSame(try before.base.joined(with: before.head), whole))
  }

  @Test("An error about an unknown tensor name suggests the nearest names; an index can stand for a name")
  func names() throws {
    let whole = try Model(contentsOf: Material.model("mobilenet_v1_1.0_224_quant"))
    let pool = "MobilenetV1/Logits/AvgPool_1a/AvgPool"
    let index = try whole.computedTensor(named: pool)
    #expect(try whole.computedTensor(named: "\(index)") == index)
    for name in ["MobilenetV1/Logits/AvgPool_1a/AvgPol", "avgpool", pool + "x"] {
      let error = #expect(throws: SplitError.self) { try whole.computedTensor(named: name) }
      #expect(error?.code == .noSuchTensor && error?.tensors.first == pool)
    }
    #expect(throws: SplitError.noSuchTensor("", nearest: [])) { try whole.computedTensor(named: "") }
    #expect(throws: SplitError.self) { try whole.computedTensor(named: String(repeating: "x", count: 1 << 20)) }
    #expect(throws: SplitError.noSuchTensor("99999", nearest: [])) { _ = try whole.split(at: [99999]) }
  }

  @Test("Cuts at inputs, constants and outputs are refused, because one part would be empty")
  func ends() throws {
    let whole = try Model(contentsOf: Material.model("mobilenet_v1_1.0_224_quant"))
    let graph = whole.subgraphs[0]
    let first = try #require(graph.operators.first)
    for tensor in [graph.inputs[0], first.inputs[1]] {
      #expect(throws: SplitError.nothingBefore(tensor: graph.label(of: tensor))) { _ = try whole.split(at: [tensor]) }
    }
    #expect(throws: SplitError.nothingBehind(tensor: graph.label(of: graph.outputs[0]))) {
      try whole.split(at: graph.outputs)
    }
    #expect(throws: SplitError.noCut) { _ = try whole.split(at: []) }
  }

  @Test("Labels, description and Imprint's own entries go to the head, picture metadata to the base")
  func description() throws {
    var whole = try Model(contentsOf: Material.model("mobilenet_v1_1.0_224_l2norm_quant"))
    whole.description = "0 1.5\n"
    try whole.describeClassifier(name: "Test", labels: (0..<1001).map { "class \($0)" })
    whole.setMetadata(named: "imprint.resize", to: [1])
    try whole.setPackedFiles(PackedFiles(behind: whole))
    let (base, head) = try whole.split(at: [whole.embedding()])
    #expect(base.description == nil && head.description == whole.description)
    #expect(base.labelFile == nil && head.labelFile == whole.labelFile)
    #expect(base.metadata(named: "imprint.resize") == nil && head.metadata(named: "imprint.resize") == [1])
    let normalization = try whole.pictureNormalization
    #expect(try base.pictureNormalization == normalization)
    #expect(normalization != nil)
    #expect(try head.pictureNormalization == nil)
    let joined = try base.joined(with: head)
    #expect(joined.description == whole.description && joined.labelFile == whole.labelFile)
    #expect(try joined.modelMetadata == whole.modelMetadata)
    #expect(joined.metadata(named: "imprint.resize") == [1])
    #expect(PackedFiles(behind: joined) == PackedFiles(behind: whole))
  }

  @Test("Signatures describe the inputs and outputs of each part, and joining restores them")
  func signatures() throws {
    var whole = try Model(contentsOf: Material.model("mobilenet_v1_1.0_224_quant"))
    let (input, output) = try whole.onlyInputAndOutput()
    var signature = SignatureDef()
    signature.signatureKey = "serving_default"
    signature.inputs = [TensorMap(name: "image", tensorIndex: UInt32(input))]
    signature.outputs = [TensorMap(name: "scores", tensorIndex: UInt32(output))]
    whole.signatureDefs = [signature]
    let (base, head) = try whole.split(at: [whole.embedding()])
    let names = { (model: Model) in
      (model.signatureDefs[0].inputs.map(\.name), model.signatureDefs[0].outputs.map(\.name))
    }
    let pool: Text = "MobilenetV1/Logits/AvgPool_1a/AvgPool"
    #expect(names(base) == (["image"], [pool]))
    #expect(names(head) == ([pool], ["scores"]))
    let joined = try base.joined(with: head)
    let ends = try joined.onlyInputAndOutput()
    #expect(joined.signatureDefs.count == 1)
    #expect(joined.signatureDefs[0].inputs == [TensorMap(name: "image", tensorIndex: UInt32(ends.input))])
    #expect(joined.signatureDefs[0].outputs == [TensorMap(name: "scores", tensorIndex: UInt32(ends.output))])
  }

  @Test("A name of thousands of letters is shortened in errors and kept in the parts")
  func hugeName() throws {
    var whole = try Model(contentsOf: Material.model("mobilenet_v1_0.25_128_quant"))
    let cut = try whole.embedding()
    let name = Text(String(repeating: "é", count: 1 << 15))
    for index in whole.subgraphs[0].tensors.indices { whole.subgraphs[0].tensors[index].name = name }
    #expect(whole.subgraphs[0].label(of: cut).count < 300)
    let (base, head) = try whole.split(at: [cut])
    #expect(base.subgraphs[0].tensor(base.subgraphs[0].outputs[0])?.name == name)
    let error = #expect(throws: SplitError.self) { try whole.computedTensor(named: name.string) }
    #expect(error.map { "\($0)".count < 1000 } == true)
    #expect(GraphComparison.areSame(try base.joined(with: head, match: .position), whole))
  }

  @Test("A chain of a hundred thousand operators is split in linear time")
  func longChain() throws {
    var chain = Model()
    chain.buffers = [Buffer()]
    chain.operatorCodes = [OperatorCode(.reshape)]
    var graph = SubGraph()
    let length: Int32 = 100_000
    graph.tensors = (0...length).map { _ in Tensor(shape: [1, 4], type: .float32) }
    graph.operators = (0..<length).map { Operator(opcodeIndex: 0, inputs: [$0], outputs: [$0 + 1]) }
    graph.inputs = [0]
    graph.outputs = [length]
    chain.subgraphs = [graph]
    #expect(try chain.embedding() == length)
    #expect(!chain.isNonNegative(length))
    let (base, head) = try chain.split(at: [length / 2])
    #expect(try base.joined(with: head).subgraphs[0].operators.count == Int(length))
  }

  @Test("Models with several subgraphs, variables, cycles or tensors that are written twice are refused")
  func hostile() throws {
    let whole = try Model(contentsOf: Material.model("mobilenet_v1_0.25_128_quant"))
    let cut = try whole.embedding()
    var several = whole
    several.subgraphs.append(SubGraph())
    var cyclic = whole
    cyclic.subgraphs[0].operators[0].inputs[0] = cut
    var selfLoop = whole
    selfLoop.subgraphs[0].operators[3].inputs[0] = selfLoop.subgraphs[0].operators[3].outputs[0]
    var writtenTwice = whole
    writtenTwice.subgraphs[0].operators[3].outputs = writtenTwice.subgraphs[0].operators[2].outputs
    var stateful = whole
    stateful.operatorCodes.append(OperatorCode(.readVariable))
    stateful.subgraphs[0].operators[3].opcodeIndex = UInt32(stateful.operatorCodes.count - 1)
    var duplicateInput = whole
    duplicateInput.subgraphs[0].inputs += duplicateInput.subgraphs[0].inputs
    var constant = whole
    constant.subgraphs[0].inputs.append(constant.subgraphs[0].operators[0].inputs[1])
    var outside = whole
    outside.subgraphs[0].outputs = [Int32.max]
    for model in [several, cyclic, selfLoop, writtenTwice, stateful, duplicateInput, constant, outside, Model()] {
      #expect(throws: (any Error).self) { _ = try model.split(at: [cut]) }
      #expect(throws: (any Error).self) { _ = try model.joined(with: whole) }
      #expect(throws: (any Error).self) { _ = try whole.joined(with: model) }
      #expect(throws: (any Error).self) { try model.constantResults() }
    }
  }
}
