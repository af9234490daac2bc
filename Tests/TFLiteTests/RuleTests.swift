import Testing

@testable import TFLite

@Suite("Models that break a rule of the schema")
struct RuleTests {
  /// A change that breaks a model, and the field that the error names.
  struct Case: Sendable, CustomTestStringConvertible {
    let field: String
    let change: @Sendable (inout Model) -> Void

    init(_ field: String, _ change: @escaping @Sendable (inout Model) -> Void) {
      self.field = field
      self.change = change
    }

    var testDescription: String { field }
  }

  static let wrongIndices = [
    Case("subgraphs[0].inputs[0]") { $0.subgraphs[0].inputs = [-1] },
    Case("subgraphs[0].outputs[1]") { $0.subgraphs[0].outputs = [0, 4] },
    Case("subgraphs[0].tensors[2].buffer") { $0.subgraphs[0].tensors[2].buffer = 5 },
    Case("subgraphs[0].tensors[0].external_buffer") { $0.subgraphs[0].tensors[0].externalBuffer = 3 },
    Case("subgraphs[0].tensors[3].quantization.details.scales") {
      $0.subgraphs[0].tensors[3].quantization?.details = .blockwise(BlockwiseQuantization(scales: -1, blockSize: 1))
    },
    Case("subgraphs[0].tensors[3].quantization.details.zero_points") {
      $0.subgraphs[0].tensors[3].quantization?.details = .multiAxis(
        MultiAxisQuantization(scales: 0, zeroPoints: 9, quantizedDimensions: []))
    },
    Case("subgraphs[0].operators[1].opcode_index") { $0.subgraphs[0].operators[1].opcodeIndex = .max },
    Case("subgraphs[0].operators[0].inputs[2]") { $0.subgraphs[0].operators[0].inputs[2] = -2 },
    Case("subgraphs[0].operators[0].outputs[0]") { $0.subgraphs[0].operators[0].outputs = [-1] },
    Case("subgraphs[0].operators[0].intermediates[1]") { $0.subgraphs[0].operators[0].intermediates = [0, .max] },
    Case("subgraphs[0].operators[3].builtin_options.body_subgraph_index") {
      $0.subgraphs[0].operators[3].options?.store(.integer(2), at: 1)
    },
    Case("subgraphs[0].operators[4].builtin_options_2.called_computations[1]") {
      $0.subgraphs[0].operators[4].options2?.store(.integers([0, -1]), at: 4)
    },
    Case("metadata_buffer[0]") { $0.metadataBuffer = [-1] },
    Case("metadata[0].buffer") { $0.metadata[0].buffer = 77 },
    Case("signature_defs[0].subgraph_index") { $0.signatureDefs[0].subgraphIndex = 2 },
    Case("signature_defs[0].outputs[0].tensor_index") { $0.signatureDefs[0].outputs[0].tensorIndex = 4 },
    Case("external_buffers[0].group") { $0.externalBuffers[0].group = 1 },
  ]

  static let newer = [
    Case("the model") { $0.newerFields = FieldSet(slot: 10) },
    Case("operator_codes[1]") { $0.operatorCodes[1].newerFields = FieldSet(slot: 4) },
    Case("subgraphs[1]") { $0.subgraphs[1].newerFields = FieldSet(slot: 6) },
    Case("subgraphs[0].tensors[0]") { $0.subgraphs[0].tensors[0].newerFields = FieldSet(slot: 90) },
    Case("subgraphs[0].tensors[1].sparsity.dim_metadata[1].array_segments") {
      $0.subgraphs[0].tensors[1].sparsity?.dimMetadata[1].arraySegments?.width = .unknown(9)
    },
    Case("subgraphs[0].tensors[1].quantization.details") {
      $0.subgraphs[0].tensors[1].quantization?.details = .unknown(4)
    },
    Case("subgraphs[0].tensors[2].variant_tensors[0]") {
      $0.subgraphs[0].tensors[2].variantTensors[0].newerFields = FieldSet(slot: 3)
    },
    Case("subgraphs[0].operators[0].builtin_options") {
      $0.subgraphs[0].operators[0].options = OperatorOptions(OptionsKind(union: .builtinOptions, number: 127))
    },
    Case("subgraphs[0].operators[4].builtin_options_2") {
      $0.subgraphs[0].operators[4].options2 = OperatorOptions(OptionsKind(union: .builtinOptions2, number: 24))
    },
    Case("subgraphs[0].operators[0].builtin_options") {
      $0.subgraphs[0].operators[0].options?.newerFields = FieldSet(slot: 7)
    },
    Case("buffers[2]") { $0.buffers[2].newerFields = FieldSet(slot: 3) },
    Case("signature_defs[0].inputs[0]") { $0.signatureDefs[0].inputs[0].newerFields = FieldSet(slot: 2) },
  ]

  @Test("An index that points to nothing is refused, in reading and in writing", arguments: wrongIndices)
  func refusesIndex(of example: Case) throws {
    var model = SampleModel.model
    example.change(&model)
    let refusal = #expect(throws: TFLiteError.self) { try model.serialized() }
    #expect(refusal?.code == .invalid)
    #expect(refusal?.field == example.field)
    let bytes = try SerializedModel(FlatBufferWriter.file(of: model.node, identifier: Model.fileIdentifier)).bytes()
    let error = #expect(throws: TFLiteError.self) { try Model(bytes: Bytes(bytes)) }
    #expect(error?.code == .malformed)
    #expect(error?.field == example.field)
  }

  @Test("Refuses to write anything newer than the schema, and names its place", arguments: newer)
  func refusesNewer(_ example: Case) throws {
    var model = SampleModel.model
    example.change(&model)
    let error = #expect(throws: TFLiteError.self) { try model.serialized() }
    #expect(error?.code == .newerThanSchema)
    #expect(error?.field == example.field)
  }

  @Test("Options of a newer kind are read and printed")
  func readsNewerKind() throws {
    var model = SampleModel.model
    model.subgraphs[0].operators[4].options2 = OperatorOptions(OptionsKind(union: .builtinOptions2, number: 24))
    let bytes = try SerializedModel(FlatBufferWriter.file(of: model.node, identifier: Model.fileIdentifier)).bytes()
    let options = try #require(Model(bytes: Bytes(bytes)).subgraphs[0].operators[4].options2)
    #expect(!options.kind.isKnown)
    #expect(options.description == "BuiltinOptions2(24)")
    #expect(options["dimension"] == nil)
  }

  @Test("Newer fields and operators are read and printed")
  func readsNewerFields() throws {
    var model = SampleModel.model
    model.operatorCodes[0].builtinCode = BuiltinOperator(rawValue: 500)
    var node = model.node
    node.addStored(12, 7 as UInt32)
    let bytes = try SerializedModel(FlatBufferWriter.file(of: node, identifier: Model.fileIdentifier)).bytes()
    var read = try Model(bytes: Bytes(bytes))
    #expect(read.newerFields.slots == [12])
    #expect(read.operatorCodes[0].builtinCode.name == "UNKNOWN(500)")
    #expect(throws: TFLiteError.newerThanSchema(field: "the model", what: "field 12")) { try read.serialized() }
    read.newerFields = []
    #expect(try Model(bytes: Bytes(read.serialized().bytes())).operatorCodes == model.operatorCodes)
  }

  @Test("Optional tensors may be absent where the schema allows it")
  func allowsOptional() throws {
    var model = SampleModel.model
    model.subgraphs[0].operators[0].inputs = [-1, -1, -1]
    _ = try Model(bytes: Bytes(model.serialized().bytes()))
  }

  @Test("A graph index of -1 is allowed where the runtime allows it")
  func allowsNoDecomposition() throws {
    var model = SampleModel.model
    var options = OperatorOptions(try #require(OptionsKind(name: "StableHLOCompositeOptions")))
    try options.set("decomposition_subgraph_index", to: .integer(-1))
    model.subgraphs[0].operators[4].options2 = options
    _ = try Model(bytes: Bytes(model.serialized().bytes()))
    try options.set("decomposition_subgraph_index", to: .integer(-2))
    model.subgraphs[0].operators[4].options2 = options
    #expect(throws: TFLiteError.self) { try model.serialized() }
  }

  @Test("Options in the field of the other union are refused")
  func refusesOtherUnion() {
    var model = SampleModel.model
    model.subgraphs[0].operators[0].options2 = model.subgraphs[0].operators[0].options
    #expect(throws: TFLiteError.self) { try model.serialized() }
  }

  @Test("An offset without data is refused")
  func refusesMissingData() {
    var model = SampleModel.model
    model.buffers[0].storedOffset = 2
    #expect(
      throws: TFLiteError.invalid(field: "buffers[0].offset", reason: "locates data that the buffer does not have")
    ) {
      try model.serialized()
    }
    model = SampleModel.model
    model.subgraphs[0].tensors[1].sparsity?.dimMetadata[1].arrayIndices?.data = [1, 2, 3]
    #expect(throws: TFLiteError.self) { try model.serialized() }
  }
}
