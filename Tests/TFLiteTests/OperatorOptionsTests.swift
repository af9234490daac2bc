import Testing

@testable import TFLite

@Suite("Options of operators")
struct OperatorOptionsTests {
  @Test("Fields that are not stored have the schema's defaults")
  func standardValues() throws {
    let options = OperatorOptions(.conv2D)
    #expect(options.integer("dilation_w_factor") == 1)
    #expect(options.integer("stride_w") == 0)
    #expect(!options.stores("dilation_w_factor"))
    #expect(OperatorOptions(.add).flag("pot_scale_int16") == true)
    #expect(OperatorOptions(.reshape).integers("new_shape") == nil)
    #expect(options.integer("no_such") == nil)
    #expect(options.real("stride_w") == nil)
  }

  @Test("Fields are set and removed by name, within their types and ranges")
  func settingFields() throws {
    var options = OperatorOptions(.softmax)
    try options.set("beta", to: .real(2))
    #expect(options.real("beta") == 2)
    #expect(options.stores("beta"))
    try options.set("beta", to: nil)
    #expect(options == OperatorOptions(.softmax))
    #expect(throws: TFLiteError.self) { try options.set("beta", to: .integer(1)) }
    #expect(throws: TFLiteError.self) { try options.set("gamma", to: .real(1)) }
    var convolution = OperatorOptions(.conv2D)
    #expect(throws: TFLiteError.self) { try convolution.set("padding", to: .integer(128)) }
    #expect(throws: TFLiteError.self) { try convolution.set("stride_w", to: .integer(1 << 31)) }
    #expect(convolution == OperatorOptions(.conv2D))
  }

  @Test("The description of options names the values of enumerations")
  func description() {
    let options = Conv2DOptions(padding: .valid, strideWidth: 2, activation: .relu6).options
    #expect(
      options.description
        == "Conv2DOptions(padding: VALID, stride_w: 2, stride_h: 1, fused_activation_function: RELU6, "
        + "dilation_w_factor: 1, dilation_h_factor: 1, quantized_bias_type: FLOAT32)")
  }

  @Test("Kinds of options are found by name, in both unions")
  func kinds() {
    #expect(OptionsKind(name: "SoftmaxOptions") == .softmax)
    #expect(OptionsKind(name: "StablehloCaseOptions") == OptionsKind(union: .builtinOptions2, number: 23))
    #expect(OptionsKind(name: "NONE") == nil)
    #expect(OptionsKind.allKnown.allSatisfy { OptionsKind(name: $0.description) == $0 })
    #expect(!OptionsKind(union: .builtinOptions, number: 0).isKnown)
    #expect(OptionsKind.reshape.fieldNames == ["new_shape"])
  }

  @Test("Typed options read and write the fields of their kind")
  func typedOptions() throws {
    var pool = Pool2DOptions(filterWidth: 7, filterHeight: 5)
    pool.activation = .relu
    #expect(pool.options.integer("filter_width") == 7)
    #expect(pool.options.integer("filter_height") == 5)
    #expect(pool.options.integer("fused_activation_function") == 1)
    #expect(Pool2DOptions(pool.options) == pool)
    #expect(Conv2DOptions(pool.options) == nil)

    let depthwise = DepthwiseConv2DOptions(strideHeight: 2, depthMultiplier: 3, dilationWidth: 4)
    #expect(depthwise.options.integer("depth_multiplier") == 3)
    #expect((depthwise.strideHeight, depthwise.dilationWidth, depthwise.padding) == (2, 4, .same))
    let dense = FullyConnectedOptions(weightsFormat: .shuffled4x16Int8, keepsDimensions: true)
    #expect(dense.options.integer("weights_format") == 1)
    #expect(dense.options.flag("keep_num_dims") == true)
    #expect(dense.keepsDimensions && !dense.quantizesInputsAsymmetrically)
    #expect(ReshapeOptions(newShape: [1, -1]).options.integers("new_shape") == [1, -1])
    #expect(ReshapeOptions(newShape: [1, -1]).newShape == [1, -1])
    #expect(SoftmaxOptions(beta: 0.5).options.real("beta") == 0.5)
    #expect(ConcatenationOptions(axis: -1).options.integer("axis") == -1)
    #expect(AddOptions().scalesAsPowersOfTwo)
    #expect(MulOptions(activation: .relu6).activation == .relu6)
    #expect(L2NormOptions().activation == .none)
    #expect(ReducerOptions(keepsDimensions: true).options.flag("keep_dims") == true)
  }

  @Test("An operator without options has the schema's defaults")
  func missingOptions() throws {
    let op = Operator(opcodeIndex: 0, inputs: [], outputs: [])
    #expect(try #require(Conv2DOptions(of: op)).dilationHeight == 1)
    #expect(
      Pool2DOptions(of: Operator(opcodeIndex: 0, inputs: [], outputs: [], options: Conv2DOptions().options)) == nil)
  }

  @Test("Old fields, a kind without a table, and empty strings and vectors survive writing and reading")
  func rareOptions() throws {
    var resize = OperatorOptions(.resizeBilinear)
    try resize.set("new_height", to: .integer(17))
    try resize.set("align_corners", to: .flag(false))
    var missing = OperatorOptions(.softmax)
    missing.isTableMissing = true
    var variable = OperatorOptions(try #require(OptionsKind(name: "VarHandleOptions")))
    try variable.set("container", to: .text(""))
    var reshape = OperatorOptions(.reshape)
    try reshape.set("new_shape", to: .integers([]))

    var model = Model()
    model.operatorCodes = [OperatorCode(.softmax)]
    model.subgraphs = [SubGraph()]
    model.subgraphs[0].operators = [resize, missing, variable, reshape].map {
      Operator(opcodeIndex: 0, inputs: [], outputs: [], options: $0)
    }
    let read = try Model(bytes: Bytes(model.serialized().bytes()))
    #expect(read == model)
    #expect(read.subgraphs[0].operators[0].options?.stores("align_corners") == true)
    #expect(read.subgraphs[0].operators[1].options?.real("beta") == 0)
  }
}
