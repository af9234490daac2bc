import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Joining models")
struct JoinTests {
  private func model(_ name: String) throws -> Model { try Model(contentsOf: Material.model(name)) }
  private var extractor: Model {
    get throws { try model("mobilenet_v1_1.0_224_quant_embedding_extractor") }
  }
  private var head: Model {
    get throws { try model("mobilenet_quant_v1_224_head_layers") }
  }

  @Test("An extractor joined with its head equals the classifier that both came from")
  func whole() throws {
    let joined = try extractor.joined(with: head)
    try joined.checkRunnable()
    let reference = try model("mobilenet_v1_1.0_224_quant")
    let names = { (model: Model) in model.subgraphs[0].operators.map { model.name(of: $0) } }
    #expect(names(joined) == names(reference))
    let parts = try joined.split(at: [joined.embedding()])
    #expect(GraphComparison.areSame(parts.base, try extractor))
    #expect(GraphComparison.areSame(parts.head, try head))
    let size = try (joined.serialized().count, reference.serialized().count)
    #expect(abs(size.0 - size.1) < 4096)
  }

  @Test("A compiled base keeps its operator's options and all constants byte for byte")
  func compiled() throws {
    let base = try model("mobilenet_quant_v1_224_feature_layers_edgetpu")
    let joined = try Model(bytes: Bytes(base.joined(with: head).serialized().bytes()))
    let old = try #require(base.subgraphs[0].operators.first)
    let new = try #require(joined.subgraphs[0].operators.first)
    #expect(joined.name(of: new) == "edgetpu-custom-op")
    #expect(new.customOptions == old.customOptions && old.customOptions?.isEmpty == false)
    #expect(new.customOptionsFormat == old.customOptionsFormat)
    #expect(joined.operatorCode(of: new) == base.operatorCode(of: old))
    #expect(new.inputs.count == old.inputs.count)
    for (one, other) in zip(new.inputs + new.outputs, old.inputs + old.outputs) {
      var tensors = try (#require(joined.subgraphs[0].tensor(one)), #require(base.subgraphs[0].tensor(other)))
      #expect(joined.constant(tensors.0) == base.constant(tensors.1))
      tensors.0.buffer = tensors.1.buffer
      #expect(tensors.0 == tensors.1)
    }
    #expect(joined.subgraphs[0].operators.count == 4)
    let again = try joined.split(at: [joined.embedding()])
    #expect(again.base.subgraphs[0].operators.first?.customOptions == old.customOptions)
  }

  @Test("The head of another model replaces a classifier's own")
  func replaced() throws {
    let compiled = try model("mobilenet_v1_1.0_224_l2norm_quant_edgetpu")
    let whole = try model("mobilenet_v1_1.0_224_quant")
    let base = try model("mobilenet_quant_v1_224_feature_layers_edgetpu")
    let expected = try base.joined(with: whole.headPart())
    #expect(GraphComparison.areSame(try compiled.replacingHead(with: whole), expected))
    #expect(GraphComparison.areSame(try compiled.replacingHead(with: head), try base.joined(with: head)))
    #expect(GraphComparison.areSame(try extractor.replacingHead(with: whole), whole))
    #expect(GraphComparison.areSame(try whole.withoutHead(), try extractor))
    #expect(GraphComparison.areSame(try extractor.withoutHead(), try extractor))
    #expect(try whole.headPart().subgraphs[0].operators.count == 3)
    #expect(throws: SplitError.self) { try extractor.headPart() }
  }

  @Test(
    "Errors about shape, type, scale and zero point state both values",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
  func mismatches() throws {
    func message(_ change: (inout Tensor) -> Void) throws -> String {
      var other = try head
      change(&other.subgraphs[0].tensors[Int(other.subgraphs[0].inputs[0])])
      let error = #expect(throws: JoinError.self) { try extractor.joined(with: other) }
      return try #require(error).message
    }
    #expect(try message { $0.shape = [1, 1, 1, 1000] }.contains("shape is [1, 1, 1, 1024] and [1, 1, 1, 1000]"))
    #expect(try message { $0.type = .int8 }.contains("the type is UINT8 and INT8"))
    #expect(try message { $0.quantization?.scale = [0.5] }.contains("the scale is 0.023528477 and 0.5"))
    #expect(try message { $0.quantization?.zeroPoint = [3] }.contains("the zero point is 0 and 3"))
    #expect(try message { $0.quantization = nil }.contains("the scale is 0.023528477 and none"))
    #expect(try message { $0.shape = [] }.contains("shape"))
    let all = try message {
      $0.shape = [7]
      $0.type = .int16
      $0.quantization?.scale = [.nan, 1]
      $0.quantization?.zeroPoint = []
    }
    let snippets = ["shape", "type", "scale is 0.023528477 and [nan, 1.0]", "zero point is 0 and none"]
    #expect(snippets.allSatisfy { all.contains($0) }, "\(all)")
    var open = try head
    let input = Int(open.subgraphs[0].inputs[0])
    open.subgraphs[0].tensors[input].shape = [-1, 1, 1, 1024]
    _ = try extractor.joined(with: open)
  }

  @Test("Inputs match by name, otherwise by position; an explicit choice rules out the other")
  func matching() throws {
    var renamed = try head
    let input = Int(renamed.subgraphs[0].inputs[0])
    renamed.subgraphs[0].tensors[input].name = "other"
    #expect(GraphComparison.areSame(try extractor.joined(with: renamed), try extractor.joined(with: head)))
    #expect(throws: JoinError.self) { try extractor.joined(with: renamed, match: .name) }
    var two = try extractor
    two.subgraphs[0].outputs.append(two.subgraphs[0].operators[0].outputs[0])
    #expect(throws: JoinError.differentCounts(outputs: 2, inputs: 1)) { try two.joined(with: head, match: .position) }
    #expect(throws: JoinError.self) { try two.joined(with: renamed) }
    // Outputs that no head reads are dropped.
    #expect(GraphComparison.areSame(try two.joined(with: head), try extractor.joined(with: head)))
  }

  @Test("A bypassing output of the base follows the head's outputs")
  func bypass() throws {
    let pool = "MobilenetV1/Logits/AvgPool_1a/AvgPool"
    let joined = try extractor.joined(with: head, bypassing: [pool, pool])
    let outputs = joined.subgraphs[0].outputs
    #expect(outputs.count == 2)
    #expect(joined.subgraphs[0].tensor(outputs[1])?.name == Text(pool))
    let error = #expect(throws: JoinError.self) { try extractor.joined(with: head, bypassing: ["AvgPool"]) }
    #expect(error == .noSuchOutput("AvgPool", nearest: [pool]))
  }

  @Test("The base keeps duplicate names; shared operator codes and the empty buffer are merged")
  func merged() throws {
    let base = try extractor
    var second = try head
    let duplicate = try #require(base.subgraphs[0].tensors.compactMap(\.name).first { !$0.isEmpty })
    for index in second.subgraphs[0].tensors.indices where !second.subgraphs[0].inputs.contains(Int32(index)) {
      second.subgraphs[0].tensors[index].name = duplicate
    }
    let joined = try base.joined(with: second)
    let names = joined.subgraphs[0].tensors.compactMap(\.name)
    #expect(Set(names).count == names.count)
    #expect(Set(names).isSuperset(of: base.subgraphs[0].tensors.compactMap(\.name)))
    #expect(joined.operatorCodes.count { $0.builtinCode == .conv2D } == 1)
    var newer = second
    for index in newer.operatorCodes.indices { newer.operatorCodes[index].version = 5 }
    #expect(try base.joined(with: newer).operatorCodes.count { $0.builtinCode == .conv2D } == 2)
    #expect(joined.buffers.count < base.buffers.count + second.buffers.count)
    #expect(joined.buffers.first == Buffer())
  }

  @Test("A bypassing output's label file is renamed if the head has one of the same name")
  func labels() throws {
    let whole = try model("mobilenet_v1_1.0_224_quant")
    var base = whole
    try base.describeClassifier(name: "Base", labels: (0..<1001).map { "old \($0)" })
    var second = whole
    try second.describeClassifier(name: "Head", labels: (0..<1001).map { "new \($0)" })
    let name = try #require(base.subgraphs[0].tensor(base.subgraphs[0].outputs[0])?.name?.string)
    let (_, tail) = try second.split(at: [second.subgraphs[0].operators[29].outputs[0]])
    var fitting = tail
    let output = try #require(base.subgraphs[0].tensor(base.subgraphs[0].outputs[0]))
    fitting.subgraphs[0].tensors[Int(fitting.subgraphs[0].inputs[0])] = output
    let joined = try base.joined(with: fitting, match: .position, bypassing: [name])
    let metadata = try #require(try joined.modelMetadata)
    #expect(metadata.subgraphs[0].outputs.count == 2)
    let files = metadata.subgraphs[0].outputs.compactMap { $0.associatedFiles.first?.name?.string }
    #expect(Set(files).count == 2)
    let contents = PackedFiles(behind: joined).contents
    #expect(files.compactMap { contents[$0]?.first } == [UInt8(ascii: "n"), UInt8(ascii: "o")])
    #expect(try joined.pictureNormalization == base.pictureNormalization)
    let plain = try base.joined(with: fitting, match: .position)
    #expect(PackedFiles(behind: plain).contents.count == 1)
    #expect(plain.labelFile?.contents.first == UInt8(ascii: "n"))
  }

  @Test("Models without inputs or outputs cannot be joined")
  func ends() throws {
    var withoutInputs = try head
    withoutInputs.subgraphs[0].inputs = []
    // Then no operator writes the input of the head's first operator.
    #expect(throws: SurgeryError.self) { try extractor.joined(with: withoutInputs) }
    withoutInputs.subgraphs[0].operators = []
    withoutInputs.subgraphs[0].outputs = []
    #expect(throws: JoinError.headWithoutInput) { try extractor.joined(with: withoutInputs) }
    var withoutOutputs = try head
    withoutOutputs.subgraphs[0].outputs = []
    #expect(throws: JoinError.headWithoutOutput) { try extractor.joined(with: withoutOutputs) }
    #expect(throws: JoinError.baseWithoutOutput) { try withoutOutputs.joined(with: head) }
    #expect(throws: JoinError.self) { try extractor.joined(with: extractor) }
  }

  @Test("A tensor that is both input and output passes through")
  func passing() throws {
    var through = try head
    let input = through.subgraphs[0].inputs[0]
    through.subgraphs[0].outputs.append(input)
    let joined = try extractor.joined(with: through)
    #expect(joined.subgraphs[0].outputs.count == 2)
    var nothing = try head
    nothing.subgraphs[0].outputs = [input]
    nothing.subgraphs[0].operators = []
    #expect(GraphComparison.areSame(try extractor.joined(with: nothing), try extractor))
  }

  @Test("Joining, splitting and constant folding never crash on damaged files")
  func damaged() throws {
    let files = try ["mobilenet_v1_0.25_128_quant", "mobilenet_quant_v1_224_head_layers"].map {
      try Array(Data(contentsOf: Material.model($0)))
    }
    let base = try extractor
    var generator = SeededGenerator(seed: 6)
    var read = 0
    for round in 0..<400 {
      var bytes = files[round % 2]
      // The tables are at the end or at the start.
      let tables = [bytes.count - 12_000..<bytes.count, 0..<2000][round / 2 % 2]
      var part = Array(bytes[tables])
      Mutation.mutate(&part, using: &generator)
      bytes.replaceSubrange(tables, with: part)
      guard let model = try? Model(bytes: Bytes(bytes)) else { continue }
      read += 1
      _ = try? model.joined(with: model).serialized()
      _ = try? base.joined(with: model, match: .position).serialized()
      if let tensor = try? model.embedding(), let parts = try? model.split(at: [tensor]) {
        _ = try? parts.base.joined(with: parts.head).serialized()
      }
      _ = try? model.constantResults()
    }
    #expect(read > 20)
  }
}

/// A comparison of two models, which are the same if they apply the same operators to the same constants; indices and
/// names may differ.
struct GraphComparison {
  private let one: Model
  private let other: Model
  private var pairs: [Int32: Int32] = [:]

  init(_ one: Model, _ other: Model) {
    self.one = one
    self.other = other
  }

  static func areSame(_ one: Model, _ other: Model) -> Bool {
    guard let mine = one.mainSubgraph, let theirs = other.mainSubgraph, mine.inputs.count == theirs.inputs.count,
      mine.outputs.count == theirs.outputs.count
    else { return false }
    var comparison = GraphComparison(one, other)
    for (left, right) in zip(mine.inputs, theirs.inputs) { comparison.pairs[left] = right }
    return comparison.areSame(mine.outputs, theirs.outputs)
  }

  private mutating func isSame(_ left: Int32, _ right: Int32) -> Bool {
    if left < 0 || right < 0 { return left == right }
    if let known = pairs[left] { return known == right }
    pairs[left] = right
    guard let mine = one.subgraphs[0].tensor(left), let theirs = other.subgraphs[0].tensor(right),
      mine.shape == theirs.shape, mine.type == theirs.type, mine.quantization == theirs.quantization,
      one.constant(mine) == other.constant(theirs)
    else { return false }
    let producers = (one.subgraphs[0].producer(of: left), other.subgraphs[0].producer(of: right))
    guard let first = producers.0, let second = producers.1 else { return producers.0 == nil && producers.1 == nil }
    let (a, b) = (one.subgraphs[0].operators[first], other.subgraphs[0].operators[second])
    let versions = (one.operatorCode(of: a)?.version, other.operatorCode(of: b)?.version)
    return one.name(of: a) == other.name(of: b) && versions.0 == versions.1 && a.options == b.options
      && a.options2 == b.options2 && a.customOptions == b.customOptions
      && a.inputs.count == b.inputs.count && a.outputs.firstIndex(of: left) == b.outputs.firstIndex(of: right)
      && areSame(a.inputs, b.inputs)
  }

  private mutating func areSame(_ left: [Int32], _ right: [Int32]) -> Bool {
    for (mine, theirs) in zip(left, right) where !isSame(mine, theirs) { return false }
    return true
  }
}
